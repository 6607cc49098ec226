//! Beginning an execution.

use rusqlite::{Connection, params};
use workflow_runtime::store::{Created, Execution, NewEvent, NewExecution, StoreError};

use super::Command;
use crate::error::Result;
use crate::rows::{ERROR, INPUT, find, signed};

pub(crate) struct Create(pub(crate) NewExecution);

impl Command for Create {
    type Answer = Created;

    fn apply(&self, connection: &Connection) -> Result<Created> {
        let new = &self.0;
        let begun = match (find(connection, &new.id)?, new.replaces) {
            (None, None) => insert(connection, new)?,
            (Some((number, before)), Some(ended)) if before.revision == ended && before.status.is_finished() => {
                replace(connection, new, number, &before)?
            }
            (Some((_, before)), None) => return Ok(Created::Exists(before)),
            (_, Some(_)) => return Err(StoreError::Lost { id: new.id.clone() }.into()),
        };
        if let Some(owner) = &begun.owner {
            let sql = "INSERT OR IGNORE INTO owners (owner, lease_until) VALUES (?1, ?2)";
            connection.prepare_cached(sql)?.execute(params![owner, i64::MIN])?;
        }
        Ok(Created::New(begun))
    }
}

fn insert(connection: &Connection, new: &NewExecution) -> Result<Execution> {
    let begun = new.begun(1, 1);
    let sql = "INSERT INTO executions (id, workflow, version, fingerprint, status, run, revision, owner, due, events, \
               created, updated, ended) VALUES (?1, ?2, ?3, ?4, ?5, 1, 1, ?6, ?7, ?8, ?9, ?9, ?10)";
    connection.prepare_cached(sql)?.execute(params![
        new.id,
        new.workflow,
        new.version,
        new.fingerprint,
        new.status.as_str(),
        begun.owner,
        new.due,
        count(&new.events),
        new.at,
        begun.ended,
    ])?;
    let number = connection.last_insert_rowid();
    put_payload(connection, number, INPUT, &new.input)?;
    record(connection, &Place { number, run: 1, events: 0 }, new.at, &new.events)?;
    Ok(begun)
}

fn replace(connection: &Connection, new: &NewExecution, number: i64, before: &Execution) -> Result<Execution> {
    let begun = new.begun(before.run + 1, before.revision + 1);
    let sql = "UPDATE executions SET workflow = ?2, version = ?3, fingerprint = ?4, status = ?5, run = ?6, \
               revision = ?7, owner = ?8, due = ?9, retries = NULL, events = ?10, created = ?11, \
               updated = ?11, ended = ?12 WHERE number = ?1";
    connection.prepare_cached(sql)?.execute(params![
        number,
        new.workflow,
        new.version,
        new.fingerprint,
        new.status.as_str(),
        begun.run,
        signed(begun.revision),
        begun.owner,
        new.due,
        count(&new.events),
        new.at,
        begun.ended,
    ])?;
    let sql = "DELETE FROM payloads WHERE key BETWEEN ?1 AND ?2";
    connection.prepare_cached(sql)?.execute((number * 4 + INPUT, number * 4 + ERROR))?;
    connection
        .prepare_cached("UPDATE messages SET consumed = 1 WHERE execution = ?1 AND consumed = 0")?
        .execute([number])?;
    put_payload(connection, number, INPUT, &new.input)?;
    record(connection, &Place { number, run: i64::from(begun.run), events: 0 }, new.at, &new.events)?;
    Ok(begun)
}

/// Where the journal of an execution goes on.
pub(super) struct Place {
    pub(super) number: i64,
    pub(super) run: i64,
    /// How many events this run has.
    pub(super) events: i64,
}

pub(super) fn count(events: &[NewEvent]) -> i64 {
    crate::rows::limit(events.len())
}

pub(super) fn put_payload(connection: &Connection, number: i64, name: i64, data: &str) -> Result<()> {
    let sql = "INSERT OR REPLACE INTO payloads (key, data) VALUES (?1, ?2)";
    connection.prepare_cached(sql)?.execute((number * 4 + name, data))?;
    Ok(())
}

pub(super) fn record(connection: &Connection, place: &Place, at: i64, events: &[NewEvent]) -> Result<()> {
    let sql = "INSERT INTO events (execution, run, seq, at, kind, path, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let mut statement = connection.prepare_cached(sql)?;
    for (seq, event) in (place.events.saturating_add(1)..).zip(events) {
        statement.execute(params![place.number, place.run, seq, at, event.kind, event.path, event.data])?;
    }
    Ok(())
}
