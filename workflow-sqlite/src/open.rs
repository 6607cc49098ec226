//! Opening the file.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use workflow_runtime::store::{PayloadLimit, StoreError};

use crate::error::{Fault, Result};
use crate::owners::Owners;
use crate::read::Readers;
use crate::schema;
use crate::store::SqliteStore;
use crate::write::Writer;

/// How to open a [`SqliteStore`].
///
/// ```no_run
/// use std::time::Duration;
/// use workflow_runtime::PayloadLimit;
/// use workflow_sqlite::SqliteOptions;
///
/// # async fn open() -> Result<(), workflow_runtime::StoreError> {
/// let options = SqliteOptions::new().payload_limit(PayloadLimit::bytes(1 << 20)).busy_timeout(Duration::from_secs(30));
/// let store = options.open("shop.db").await?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct SqliteOptions {
    limit: PayloadLimit,
    busy_timeout: Duration,
    max_bytes: Option<u64>,
    readers: usize,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self { limit: PayloadLimit::default(), busy_timeout: Duration::from_secs(5), max_bytes: None, readers: 4 }
    }
}

impl SqliteOptions {
    /// The defaults: payloads up to 16 MiB, five seconds of patience with other processes, no limit to the file.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How big a payload may be.
    #[must_use]
    pub fn payload_limit(self, limit: PayloadLimit) -> Self {
        Self { limit, ..self }
    }

    /// How long a write waits for another process that is writing, before it is answered with [`StoreError::Locked`].
    #[must_use]
    pub fn busy_timeout(self, busy_timeout: Duration) -> Self {
        Self { busy_timeout, ..self }
    }

    /// How big the file may become; a write that needs more is answered with [`StoreError::Full`].
    #[must_use]
    pub fn max_bytes(self, max_bytes: u64) -> Self {
        Self { max_bytes: Some(max_bytes), ..self }
    }

    /// How many reads may be under way at once.
    #[must_use]
    pub fn readers(self, readers: usize) -> Self {
        Self { readers: readers.max(1), ..self }
    }

    /// Opens the file, or creates it; its directory has to be there.
    ///
    /// # Errors
    ///
    /// A file that cannot be opened or written, is no database of ours, is damaged, or has a newer format.
    pub async fn open(self, path: impl AsRef<Path>) -> std::result::Result<SqliteStore, StoreError> {
        let path = path.as_ref().to_owned();
        let opened = tokio::task::spawn_blocking(move || {
            let place = format!("`{}`", path.display());
            self.open_now(&path, &place).map_err(|fault| fault.at(&place))
        });
        opened.await.unwrap_or(Err(StoreError::Closed))
    }

    fn open_now(&self, path: &Path, place: &str) -> Result<SqliteStore> {
        let cannot =
            |detail: &str| Fault::Store(StoreError::CannotOpen { place: place.to_owned(), detail: detail.to_owned() });
        if let Some(directory) = path.parent().filter(|directory| !directory.as_os_str().is_empty())
            && !directory.is_dir()
        {
            return Err(cannot(&format!("the directory `{}` does not exist: create it", directory.display())));
        }
        if path.is_dir() {
            return Err(cannot("it is a directory: name a file in it"));
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = self.connect(path, flags)?;
        if connection.is_readonly(rusqlite::MAIN_DB)? {
            return Err(StoreError::ReadOnly { place: place.to_owned() }.into());
        }
        self.durable(&connection)?;
        schema::migrate(&mut connection, place)?;
        adopt(&connection);
        if let Some(bytes) = self.max_bytes {
            let page: i64 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
            let pages = i64::try_from(bytes).unwrap_or(i64::MAX) / page.max(1);
            connection.pragma_update_and_check(None, "max_page_count", pages.max(1), |_| Ok(()))?;
        }
        let readers = Readers::new(self.clone(), path.to_owned(), place.to_owned(), self.readers);
        let owners = Owners::beside(path);
        owners.tidy(|owner| is_known(&connection, owner));
        let writer = Writer::start(connection, place.to_owned())?;
        Ok(SqliteStore::new(writer, readers, owners, self.limit))
    }

    fn connect(&self, path: &Path, flags: OpenFlags) -> Result<Connection> {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(self.busy_timeout)?;
        connection.set_prepared_statement_cache_capacity(64);
        // Without it a statement is compiled anew whenever a value is bound that might suit another plan.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        Ok(connection)
    }

    /// A connection that reads.
    pub(crate) fn reader(&self, path: &Path) -> Result<Connection> {
        self.connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)
    }

    /// The settings on which durability rests.
    fn durable(&self, connection: &Connection) -> Result<()> {
        let started = Instant::now();
        // SQLite does not wait by itself when two processes change the mode at once.
        loop {
            let mode = connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0));
            match mode.map_err(Fault::from) {
                Err(fault) if fault.is_busy() && started.elapsed() < self.busy_timeout => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                Err(fault) => return Err(fault),
                Ok(mode) if mode.eq_ignore_ascii_case("wal") => break,
                Ok(mode) => {
                    let detail =
                        format!("SQLite keeps the journal mode `{mode}` where WAL is needed: use a local disk");
                    let place = connection.path().unwrap_or_default().to_owned();
                    return Err(StoreError::CannotOpen { place, detail }.into());
                }
            }
        }
        connection.pragma_update(None, "synchronous", "FULL")?;
        // On macOS a plain fsync leaves the data in the drive's cache.
        connection.pragma_update(None, "fullfsync", true)?;
        connection.pragma_update(None, "checkpoint_fullfsync", true)?;
        connection.pragma_update(None, "cache_size", -32_768)?;
        connection.pragma_update_and_check(None, "wal_autocheckpoint", 4_000, |_| Ok(()))?;
        Ok(())
    }
}

/// Whether the file speaks of an owner; where it cannot be read, it may.
fn is_known(connection: &Connection, owner: &str) -> bool {
    let sql =
        "SELECT EXISTS (SELECT 1 FROM owners WHERE owner = ?1 UNION ALL SELECT 1 FROM executions WHERE owner = ?1)";
    connection.query_row(sql, [owner], |row| row.get(0)).unwrap_or(true)
}

/// Makes owners known of whom nothing is known but that they hold something: otherwise nobody would ever take it up.
fn adopt(connection: &Connection) {
    let strangers =
        "SELECT DISTINCT owner, 0 FROM executions WHERE owner IS NOT NULL AND owner NOT IN (SELECT owner FROM owners)";
    let any = connection.query_row(&format!("SELECT EXISTS ({strangers})"), [], |row| row.get::<_, bool>(0));
    if matches!(any, Ok(true)) {
        // Where the file is damaged, or locked, the store opens all the same: who looks there will be told.
        let _ = connection.execute(&format!("INSERT OR IGNORE INTO owners (owner, lease_until) {strangers}"), []);
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::{Connection, OpenFlags};

    use super::SqliteOptions;

    #[test]
    fn every_commit_waits_for_the_disk() -> Result<(), Box<dyn std::error::Error>> {
        let directory = tempfile::tempdir()?;
        let (file, options) = (directory.path().join("x.db"), SqliteOptions::new());
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let connection = options.connect(&file, flags).map_err(|fault| fault.at("x"))?;
        options.durable(&connection).map_err(|fault| fault.at("x"))?;
        let pragma =
            |connection: &Connection, name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        assert_eq!(pragma(&connection, "synchronous")?, 2, "FULL is 2");
        assert_eq!(pragma(&connection, "fullfsync")?, 1);
        let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
        assert_eq!(mode, "wal");
        Ok(())
    }
}
