//! The file of the outside world: every call that was answered, in order. The books follow from it.

use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior, params};

use super::super::catalog::Catalog;
use super::super::services::ServiceError;
use super::{Operation, State};

/// Tells our files from other databases.
pub(crate) const APPLICATION: i32 = 0x576f_726c;

/// How long one waits for other processes.
const PATIENCE: Duration = Duration::from_secs(10);

const SCHEMA: &str = "
    CREATE TABLE products (data TEXT NOT NULL) STRICT;
    CREATE TABLE calls (
        number    INTEGER PRIMARY KEY,
        at        INTEGER NOT NULL,
        process   INTEGER NOT NULL,
        operation TEXT NOT NULL,
        key       TEXT NOT NULL,
        arguments TEXT NOT NULL,
        outcome   TEXT NOT NULL -- 'done', 'repeated', or why it was refused
    ) STRICT;";

pub(super) struct Log {
    connection: Connection,
    catalog: Catalog,
    /// The last call that the state in memory knows of.
    seen: i64,
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Log").field("seen", &self.seen).finish_non_exhaustive()
    }
}

impl Log {
    /// Opens the file and reads it through; without a catalog, it has to be there.
    pub(super) fn open(path: &Path, catalog: Option<&Catalog>) -> Result<(Self, State)> {
        let place = || format!("the outside world, {}", path.display());
        if catalog.is_none() && !path.exists() {
            bail!("there is no {}: it belongs to the database beside it", path.display());
        }
        let mut connection = Connection::open(path).with_context(place)?;
        let catalog = begin(&mut connection, catalog).with_context(place)?;
        let (mut log, mut state) = (Self { connection, seen: 0, catalog }, State::default());
        log.catch_up(&mut state).with_context(place)?;
        Ok((log, state))
    }

    pub(super) fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Reads what other processes have added.
    pub(super) fn catch_up(&mut self, state: &mut State) -> Result<()> {
        let transaction = self.connection.transaction()?;
        let caught_up = catch_up(&transaction, &self.catalog, &mut self.seen, state);
        if caught_up.is_err() {
            self.seen = 0;
        }
        caught_up
    }

    /// One call. The answer is given when it is in the file.
    pub(super) fn call<O: Operation>(
        &mut self,
        state: &mut State,
        key: &str,
        operation: O,
    ) -> Result<Result<O::Answer, ServiceError>> {
        let written = self.write(state, key, operation);
        if written.is_err() {
            // Memory may be ahead of the file: the next call reads it through again.
            self.seen = 0;
        }
        written
    }

    fn write<O: Operation>(
        &mut self,
        state: &mut State,
        key: &str,
        operation: O,
    ) -> Result<Result<O::Answer, ServiceError>> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut seen = self.seen;
        catch_up(&transaction, &self.catalog, &mut seen, state)?;
        let arguments = serde_json::to_string(&operation)?;
        let known = state.is_done(O::NAME, key);
        let answer = operation.apply(key, state);
        state.note(O::NAME, key, answer.as_ref().err());
        let outcome = match &answer {
            Ok(_) if known => "repeated".to_owned(),
            Ok(_) => "done".to_owned(),
            Err(refusal) => refusal.to_string(),
        };
        let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let sql = "INSERT INTO calls (at, process, operation, key, arguments, outcome) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        transaction.prepare_cached(sql)?.execute(params![
            i64::try_from(at)?,
            std::process::id(),
            O::NAME,
            key,
            arguments,
            outcome
        ])?;
        seen = transaction.last_insert_rowid();
        transaction.commit()?;
        self.seen = seen;
        Ok(answer)
    }
}

/// Sees to it that the file has its tables and its products.
fn begin(connection: &mut Connection, catalog: Option<&Catalog>) -> Result<Catalog> {
    connection.busy_timeout(PATIENCE)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let application: i32 = transaction.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: i64 = transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    match (application, tables, catalog) {
        (APPLICATION, ..) => {}
        (0, 0, Some(catalog)) => {
            transaction.execute_batch(SCHEMA)?;
            let products = serde_json::to_string(catalog)?;
            transaction.execute("INSERT INTO products (data) VALUES (?1)", [products])?;
            transaction.pragma_update(None, "application_id", APPLICATION)?;
        }
        _ => bail!("the file is a database of something else"),
    }
    let products: String = transaction.query_row("SELECT data FROM products", [], |row| row.get(0))?;
    transaction.commit()?;
    let stocked = Catalog::from_json(&products)?;
    if let Some(catalog) = catalog
        && *catalog != stocked
    {
        bail!("it was stocked with other products: name the same ones, another `--db`, or begin anew with `--fresh`");
    }
    // Somebody else's machines do not fail with ours, so that nothing waits for the disk here.
    write_ahead(connection)?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    Ok(stocked)
}

/// SQLite does not wait by itself when two processes change the mode at once.
fn write_ahead(connection: &Connection) -> Result<()> {
    let started = Instant::now();
    loop {
        match connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(())) {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && started.elapsed() < PATIENCE =>
            {
                std::thread::sleep(Duration::from_millis(5));
            }
            changed => return Ok(changed?),
        }
    }
}

fn catch_up(transaction: &Transaction<'_>, catalog: &Catalog, seen: &mut i64, state: &mut State) -> Result<()> {
    if *seen == 0 {
        *state = State::opening(catalog);
    }
    let sql = "SELECT number, operation, key, arguments, outcome FROM calls WHERE number > ?1 ORDER BY number";
    let mut statement = transaction.prepare_cached(sql)?;
    let mut rows = statement.query([*seen])?;
    while let Some(row) = rows.next()? {
        let (operation, key, arguments): (String, String, String) = (row.get(1)?, row.get(2)?, row.get(3)?);
        match row.get::<_, String>(4)?.as_str() {
            "done" => state.repeat(&operation, &key, &arguments)?,
            "repeated" => state.absorbed += 1,
            _ => {}
        }
        *seen = row.get(0)?;
    }
    Ok(())
}
