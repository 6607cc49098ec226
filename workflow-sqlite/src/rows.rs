//! Rows as what they mean; whatever does not fit is damage, and is said to be.

use std::fmt::Display;

use rusqlite::types::{FromSql, Type};
use rusqlite::{Connection, OptionalExtension, Row};
use workflow_runtime::StoreError;
use workflow_runtime::store::{Damaged, Execution, ExecutionStatus, Message, OutboxEvent, Schedule, Summary};

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

/// No counter comes near this, and everything up to it can be counted on from.
const MOST: i64 = 1 << 53;

/// The value of a column; an error says which one it is.
fn get<T: FromSql>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    row.get(column).map_err(|error| match error {
        rusqlite::Error::FromSqlConversionFailure(index, kind, source) => {
            wrong(index, kind, format!("the column `{column}` cannot be read: {source}"))
        }
        rusqlite::Error::Utf8Error(index, source) => {
            wrong(index, Type::Text, format!("the column `{column}` is no text: {source}"))
        }
        rusqlite::Error::InvalidColumnType(index, _, Type::Null) => {
            wrong(index, Type::Null, format!("the column `{column}` is empty"))
        }
        other => other,
    })
}

fn wrong(index: usize, kind: Type, what: String) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(index, kind, what.into())
}

/// A column whose text or number has to have a meaning.
fn meaning<S: FromSql + Display, T>(
    row: &Row<'_>,
    column: &str,
    parse: impl FnOnce(&S) -> Option<T>,
) -> rusqlite::Result<T> {
    let value: S = get(row, column)?;
    parse(&value).ok_or_else(|| {
        let index = row.as_ref().column_index(column).unwrap_or_default();
        wrong(index, Type::Null, format!("the column `{column}` has the value `{value}`, which means nothing there"))
    })
}

fn unsigned<T: TryFrom<i64>>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    meaning(row, column, |value: &i64| T::try_from(*value).ok().filter(|_| *value <= MOST))
}

fn status(row: &Row<'_>) -> rusqlite::Result<ExecutionStatus> {
    meaning(row, "status", |name: &String| name.parse().ok())
}

/// An execution with its payloads, from a row of [`EXECUTION`].
fn execution(row: &Row<'_>) -> rusqlite::Result<Execution> {
    Ok(Execution {
        id: get(row, "id")?,
        workflow: get(row, "workflow")?,
        version: unsigned(row, "version")?,
        fingerprint: get(row, "fingerprint")?,
        status: status(row)?,
        run: unsigned(row, "run")?,
        input: get(row, "input")?,
        owner: get(row, "owner")?,
        revision: unsigned(row, "revision")?,
        due: get(row, "due")?,
        retries: get(row, "retries")?,
        result: get(row, "result")?,
        error: get(row, "error")?,
        created: get(row, "created")?,
        updated: get(row, "updated")?,
        ended: get(row, "ended")?,
    })
}

pub(crate) fn summary(row: &Row<'_>) -> rusqlite::Result<Summary> {
    Ok(Summary {
        id: get(row, "id")?,
        workflow: get(row, "workflow")?,
        version: unsigned(row, "version")?,
        status: status(row)?,
        run: unsigned(row, "run")?,
        owner: get(row, "owner")?,
        due: get(row, "due")?,
        created: get(row, "created")?,
        updated: get(row, "updated")?,
        ended: get(row, "ended")?,
    })
}

/// A message; the column `execution` has to be the id.
pub(crate) fn message(row: &Row<'_>) -> rusqlite::Result<Message> {
    Ok(Message {
        id: get(row, "id")?,
        execution: get(row, "execution")?,
        kind: get(row, "kind")?,
        name: get(row, "name")?,
        data: get(row, "data")?,
        at: get(row, "at")?,
    })
}

pub(crate) fn outbox_event(row: &Row<'_>) -> rusqlite::Result<OutboxEvent> {
    Ok(OutboxEvent {
        position: unsigned(row, "position")?,
        execution: get(row, "execution")?,
        name: get(row, "name")?,
        data: get(row, "data")?,
        at: get(row, "at")?,
    })
}

pub(crate) fn schedule(row: &Row<'_>) -> rusqlite::Result<Schedule> {
    Ok(Schedule {
        name: get(row, "name")?,
        data: get(row, "data")?,
        next: get(row, "next")?,
        revision: unsigned(row, "revision")?,
    })
}

/// Who delivers to a subscriber, and how far that has come.
pub(crate) fn subscription(connection: &Connection, subscriber: &str) -> Result<(Option<String>, u64)> {
    let mut statement = connection.prepare_cached("SELECT owner, position FROM subscribers WHERE name = ?1")?;
    let read = |row: &Row<'_>| Ok((get(row, "owner")?, unsigned(row, "position")?));
    let found = statement.query_row([subscriber], read).optional();
    Ok(found.map_err(|error| damaged(error, || format!("the subscriber `{subscriber}`")))?.unwrap_or_default())
}

/// An execution, and what of its row is not for callers.
pub(crate) struct Found {
    pub(crate) number: i64,
    /// How many events its run has.
    pub(crate) events: i64,
    pub(crate) execution: Execution,
}

pub(crate) fn found(row: &Row<'_>) -> rusqlite::Result<Found> {
    let events: u64 = unsigned(row, "events")?;
    let number: u64 = unsigned(row, "number")?;
    Ok(Found { number: signed(number), events: signed(events), execution: execution(row)? })
}

/// The execution with an id.
pub(crate) fn find(connection: &Connection, id: &str) -> Result<Option<Found>> {
    let mut statement = connection.prepare_cached(&format!("{EXECUTION} WHERE e.id = ?1"))?;
    let found = statement.query_row([id], found).optional();
    found.map_err(|error| damaged(error, || format!("execution `{id}`")))
}

/// Says of an error that rusqlite found in a value what the value belongs to.
pub(crate) fn damaged(error: rusqlite::Error, what: impl FnOnce() -> String) -> Fault {
    match detail(error) {
        Ok(detail) => StoreError::Corrupt { place: what(), detail }.into(),
        Err(fault) => fault,
    }
}

/// The same for a row among others, which are not to suffer for it; `column` has its id or name.
pub(crate) fn damaged_row(error: rusqlite::Error, row: &Row<'_>, column: &str, what: &str) -> Result<Damaged> {
    let detail = detail(error)?;
    let name = row.get_ref(column)?.as_bytes().unwrap_or_default();
    // What comes before the first byte that is no text: a list that goes on behind it does not come to the row again.
    let name = name.utf8_chunks().next().map_or("", |chunk| chunk.valid()).to_owned();
    Ok(Damaged { place: format!("{what} `{name}`"), name, detail })
}

/// What is wrong with a value; an error of SQLite itself stays one.
fn detail(error: rusqlite::Error) -> Result<String> {
    match error {
        error if error.sqlite_error_code().is_some() => Err(error.into()),
        rusqlite::Error::FromSqlConversionFailure(_, _, source) => Ok(source.to_string()),
        other => Ok(other.to_string()),
    }
}
