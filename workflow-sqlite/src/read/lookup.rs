//! Reads by id.

use rusqlite::{Connection, OptionalExtension, Params, Row};
use workflow_runtime::store::{Execution, Message, OutboxEvent, Schedule, StoreError, StoredEvent};

use crate::error::Result;
use crate::rows::{self, damaged, find, signed};

/// All rows of a statement; `what` they are, should one be damaged.
fn all<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
    what: impl FnOnce() -> String,
) -> Result<Vec<T>> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params, read)?;
    rows.collect::<rusqlite::Result<_>>().map_err(|error| damaged(error, what))
}

pub(crate) fn load(connection: &Connection, id: &str) -> Result<Option<Execution>> {
    Ok(find(connection, id)?.map(|(_, execution)| execution))
}

pub(crate) fn history(connection: &Connection, id: &str, run: u32) -> Result<Vec<StoredEvent>> {
    // One snapshot for both questions, or the execution could go on between them.
    let snapshot = connection.unchecked_transaction()?;
    let mut statement = snapshot.prepare_cached("SELECT number, run, events FROM executions WHERE id = ?1")?;
    let found = statement.query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
    let Some::<(i64, i64, i64)>((number, current, count)) = found else { return Ok(Vec::new()) };
    let sql = "SELECT seq, at, kind, path, data FROM events WHERE execution = ?1 AND run = ?2 ORDER BY seq";
    let events = all(&snapshot, sql, (number, run), rows::event, || format!("the journal of execution `{id}`"))?;
    whole(&events, (i64::from(run) == current).then_some(count), id)?;
    Ok(events)
}

/// A journal with a hole in it, or without its end, would be replayed as another one.
fn whole(events: &[StoredEvent], count: Option<i64>, id: &str) -> Result<()> {
    let hole = (1..).zip(events).find(|(expected, event)| event.seq != *expected);
    let detail = match (hole, count) {
        (Some((expected, event)), _) => format!("event {expected} is missing, and {} follows", event.seq),
        (None, Some(count)) if count != rows::limit(events.len()) => {
            format!("it has {} events where {count} were written", events.len())
        }
        _ => return Ok(()),
    };
    Err(StoreError::Corrupt { place: format!("the journal of execution `{id}`"), detail }.into())
}

pub(crate) fn inbox(connection: &Connection, id: &str) -> Result<Vec<Message>> {
    let sql = "SELECT m.id, e.id AS execution, m.kind, m.name, m.data, m.at FROM executions e \
               JOIN messages m ON m.execution = e.number WHERE e.id = ?1 AND m.consumed = 0 ORDER BY m.number";
    all(connection, sql, [id], rows::message, || format!("the inbox of execution `{id}`"))
}

pub(crate) fn mail(connection: &Connection, owner: &str) -> Result<Vec<Message>> {
    // From the few messages that are unread to their executions, not the other way round.
    let sql = "SELECT m.id, e.id AS execution, m.kind, m.name, m.data, m.at FROM messages m \
               CROSS JOIN executions e ON e.number = m.execution \
               WHERE m.consumed = 0 AND e.owner = ?1 ORDER BY m.number";
    all(connection, sql, [owner], rows::message, || format!("the mail of `{owner}`"))
}

pub(crate) fn outbox(connection: &Connection, after: u64, limit: usize) -> Result<Vec<OutboxEvent>> {
    let sql = "SELECT position, execution, name, data, at FROM outbox WHERE position > ?1 ORDER BY position LIMIT ?2";
    all(connection, sql, (signed(after), rows::limit(limit)), rows::outbox_event, || "the outbox".to_owned())
}

pub(crate) fn position(connection: &Connection, subscriber: &str) -> Result<u64> {
    let mut statement = connection.prepare_cached("SELECT position FROM subscribers WHERE name = ?1")?;
    let position: Option<i64> = statement.query_row([subscriber], |row| row.get(0)).optional()?;
    Ok(position.and_then(|position| u64::try_from(position).ok()).unwrap_or_default())
}

pub(crate) fn schedules(connection: &Connection) -> Result<Vec<Schedule>> {
    let sql = "SELECT name, data, next, revision FROM schedules ORDER BY name";
    all(connection, sql, [], rows::schedule, || "the schedules".to_owned())
}
