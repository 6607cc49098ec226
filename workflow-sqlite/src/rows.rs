//! Rows as what they mean; whatever does not fit is damage, and is said to be.

use rusqlite::types::{FromSql, Type};
use rusqlite::{Connection, OptionalExtension, Row};
use workflow_runtime::StoreError;
use workflow_runtime::store::{Execution, ExecutionStatus, Message, OutboxEvent, Schedule, Summary};

use crate::error::{Fault, Result};

/// What a claim may take. Has to read as in the partial index, or SQLite does not see that it fits.
pub(crate) const CLAIMABLE: &str = "status IN ('running', 'waiting', 'compensating')";

/// The keys of an execution's payloads.
pub(crate) const INPUT: i64 = 1;
pub(crate) const RESULT: i64 = 2;
pub(crate) const ERROR: i64 = 3;

/// Executions as they are now: what the journal has beyond the row counts.
pub(crate) const EXECUTION: &str = "SELECT e.number, e.id, e.workflow, e.version, e.fingerprint, e.status, e.run, e.owner, e.due, \
     e.retries, e.created, e.ended, coalesce(j.revision, e.revision) AS revision, coalesce(j.at, e.updated) AS updated, \
     coalesce(j.seq, e.events) AS events, i.data AS input, r.data AS result, x.data AS error FROM executions e \
     LEFT JOIN payloads i ON i.key = e.number * 4 + 1 LEFT JOIN payloads r ON r.key = e.number * 4 + 2 \
     LEFT JOIN payloads x ON x.key = e.number * 4 + 3 \
     LEFT JOIN journal j ON j.number = (SELECT number FROM journal WHERE execution = e.number AND revision > e.revision \
     ORDER BY revision DESC LIMIT 1)";

/// Counters are signed in the file; none of them comes near the end.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(crate) fn limit(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A column whose text or number has to have a meaning.
fn meaning<S: FromSql, T>(row: &Row<'_>, column: &str, parse: impl FnOnce(&S) -> Option<T>) -> rusqlite::Result<T> {
    let value = row.get::<_, S>(column)?;
    parse(&value).ok_or_else(|| {
        let index = row.as_ref().column_index(column).unwrap_or_default();
        rusqlite::Error::FromSqlConversionFailure(index, Type::Null, format!("`{column}` has no such value").into())
    })
}

fn unsigned<T: TryFrom<i64>>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    meaning(row, column, |value: &i64| T::try_from(*value).ok())
}

fn status(row: &Row<'_>) -> rusqlite::Result<ExecutionStatus> {
    meaning(row, "status", |name: &String| name.parse().ok())
}

/// An execution with its payloads, from a row of [`EXECUTION`].
fn execution(row: &Row<'_>) -> rusqlite::Result<Execution> {
    Ok(Execution {
        id: row.get("id")?,
        workflow: row.get("workflow")?,
        version: unsigned(row, "version")?,
        fingerprint: row.get("fingerprint")?,
        status: status(row)?,
        run: unsigned(row, "run")?,
        input: row.get("input")?,
        owner: row.get("owner")?,
        revision: unsigned(row, "revision")?,
        due: row.get("due")?,
        retries: row.get("retries")?,
        result: row.get("result")?,
        error: row.get("error")?,
        created: row.get("created")?,
        updated: row.get("updated")?,
        ended: row.get("ended")?,
    })
}

pub(crate) fn summary(row: &Row<'_>) -> rusqlite::Result<Summary> {
    Ok(Summary {
        id: row.get("id")?,
        workflow: row.get("workflow")?,
        version: unsigned(row, "version")?,
        status: status(row)?,
        run: unsigned(row, "run")?,
        owner: row.get("owner")?,
        due: row.get("due")?,
        created: row.get("created")?,
        updated: row.get("updated")?,
        ended: row.get("ended")?,
    })
}

/// A message; the column `execution` has to be the id.
pub(crate) fn message(row: &Row<'_>) -> rusqlite::Result<Message> {
    Ok(Message {
        id: row.get("id")?,
        execution: row.get("execution")?,
        kind: row.get("kind")?,
        name: row.get("name")?,
        data: row.get("data")?,
        at: row.get("at")?,
    })
}

pub(crate) fn outbox_event(row: &Row<'_>) -> rusqlite::Result<OutboxEvent> {
    Ok(OutboxEvent {
        position: unsigned(row, "position")?,
        execution: row.get("execution")?,
        name: row.get("name")?,
        data: row.get("data")?,
        at: row.get("at")?,
    })
}

pub(crate) fn schedule(row: &Row<'_>) -> rusqlite::Result<Schedule> {
    Ok(Schedule {
        name: row.get("name")?,
        data: row.get("data")?,
        next: row.get("next")?,
        revision: unsigned(row, "revision")?,
    })
}

/// An execution, and what of its row is not for callers.
pub(crate) struct Found {
    pub(crate) number: i64,
    /// How many events its run has.
    pub(crate) events: i64,
    pub(crate) execution: Execution,
}

pub(crate) fn found(row: &Row<'_>) -> rusqlite::Result<Found> {
    Ok(Found { number: row.get("number")?, events: row.get("events")?, execution: execution(row)? })
}

/// The execution with an id.
pub(crate) fn find(connection: &Connection, id: &str) -> Result<Option<Found>> {
    let mut statement = connection.prepare_cached(&format!("{EXECUTION} WHERE e.id = ?1"))?;
    let found = statement.query_row([id], found).optional();
    found.map_err(|error| damaged(error, || format!("execution `{id}`")))
}

/// Says of an error that rusqlite found in a value what the value belongs to.
pub(crate) fn damaged(error: rusqlite::Error, what: impl FnOnce() -> String) -> Fault {
    if error.sqlite_error_code().is_some() {
        return error.into();
    }
    StoreError::Corrupt { place: what(), detail: error.to_string() }.into()
}
