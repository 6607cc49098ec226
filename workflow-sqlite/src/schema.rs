//! The format of the file: its versions, and how one becomes the next.

use rusqlite::{Connection, TransactionBehavior};
use workflow_runtime::StoreError;

use crate::error::Result;

/// Marks a file as ours (`PRAGMA application_id`): "WkFl".
const APPLICATION: i64 = 0x576b_466c;

/// What leads from each version to the next; the file says in `PRAGMA user_version` how many it has behind it.
const MIGRATIONS: &[&str] = &[include_str!("schema.sql")];

/// The version that this library writes.
pub(crate) fn version() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// Brings the file to the version of this library, in one transaction.
pub(crate) fn migrate(connection: &mut Connection, place: &str) -> Result<()> {
    // In a transaction too, so that what is seen belongs together while somebody else makes the file.
    let snapshot = connection.transaction()?;
    let found = identify(&snapshot, place)?;
    drop(snapshot);
    if found == version() {
        return Ok(());
    }
    // Somebody else may be doing the same: look again with the lock held.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = identify(&transaction, place)?;
    for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or_default()) {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", version())?;
    Ok(transaction.commit()?)
}

/// The version of the file; refuses a newer one, and a database of another program.
fn identify(connection: &Connection, place: &str) -> Result<i64> {
    let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (application, found) = (pragma("application_id")?, pragma("user_version")?);
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let place = || place.to_owned();
    if application != APPLICATION && (application != 0 || tables > 0) {
        let detail = "it is the database of another program; choose another file".to_owned();
        return Err(StoreError::CannotOpen { place: place(), detail }.into());
    }
    if found > version() {
        return Err(StoreError::NewerSchema { place: place(), found, supported: version() }.into());
    }
    if found < 0 || (application == APPLICATION && found == 0) {
        return Err(StoreError::Corrupt { place: place(), detail: format!("it has the format version {found}") }.into());
    }
    Ok(found)
}
