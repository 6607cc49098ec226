//! Reads by id.

use rusqlite::{Connection, OptionalExtension, Params, Row};
use workflow_runtime::store::{Events, Execution, Message, OutboxEvent, Schedules, StoreError, StoredEvent};

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
    Ok(find(connection, id)?.map(|found| found.execution))
}

pub(crate) fn history(connection: &Connection, id: &str, run: u32) -> Result<Vec<StoredEvent>> {
    // One snapshot for both questions, or the execution could go on between them.
    let snapshot = connection.unchecked_transaction()?;
    let mut statement =
        snapshot.prepare_cached("SELECT number, run, events, revision FROM executions WHERE id = ?1")?;
    let found = statement.query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))).optional()?;
    let Some::<(i64, i64, i64, i64)>((number, current, count, revision)) = found else { return Ok(Vec::new()) };
    let sql = "SELECT seq, at, events, revision FROM journal WHERE execution = ?1 AND run = ?2 ORDER BY revision";
    let mut statement = snapshot.prepare_cached(sql)?;
    let mut rows = statement.query((number, run))?;
    let corrupt = |detail: String| StoreError::corrupt("journal", id, detail);
    let (mut events, mut counted) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        let (seq, at, text, written_at) =
            write(row).map_err(|error| damaged(error, || format!("the journal of execution `{id}`")))?;
        let seq = u64::try_from(seq).map_err(|_| corrupt(format!("one of its events has the number {seq}")))?;
        events.extend(
            Events::read(text, at, seq).map_err(|what| corrupt(format!("what ends with event {seq}: {what}")))?,
        );
        if written_at <= revision {
            counted = rows::limit(events.len());
        }
    }
    whole(&events).map_err(corrupt)?;
    let total = rows::limit(events.len());
    // Shorter than the row says, it would be replayed as another one; and the next event is numbered by what the row says.
    let other = if total < count { Some(total) } else { Some(counted).filter(|counted| *counted > count) };
    match other.filter(|_| i64::from(run) == current) {
        Some(other) => Err(corrupt(format!("it has {other} events where {count} were written")).into()),
        None => Ok(events),
    }
}

fn write<'a>(row: &'a Row<'_>) -> rusqlite::Result<(i64, i64, &'a str, i64)> {
    Ok((row.get(0)?, row.get(1)?, row.get_ref(2)?.as_str()?, row.get(3)?))
}

/// A journal with a hole in it would be replayed as another one.
fn whole(events: &[StoredEvent]) -> std::result::Result<(), String> {
    if let Some((expected, event)) = (1..).zip(events).find(|(expected, event)| event.seq != *expected) {
        return Err(format!("event {expected} is missing, and {} follows", event.seq));
    }
    Ok(())
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
    Ok(rows::subscription(connection, subscriber)?.1)
}

pub(crate) fn schedules(connection: &Connection) -> Result<Schedules> {
    let sql = "SELECT name, data, next, revision FROM schedules ORDER BY name";
    let mut statement = connection.prepare_cached(sql)?;
    let mut found = statement.query([])?;
    let mut schedules = Schedules::default();
    while let Some(row) = found.next()? {
        match rows::schedule(row) {
            Ok(schedule) => schedules.readable.push(schedule),
            Err(error) => schedules.damaged.push(rows::damaged_row(error, row, "name", "schedule")?),
        }
    }
    Ok(schedules)
}
