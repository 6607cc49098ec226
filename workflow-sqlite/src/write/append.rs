//! The one write of a step.

use rusqlite::{Connection, OptionalExtension, Row, params};
use workflow_runtime::store::{Append, StoreError};

use super::Command;
use super::create::{Place, count, put_payload, record};
use crate::error::Result;
use crate::rows::{ERROR, RESULT, signed};

pub(crate) struct Appending(pub(crate) Append);

impl Command for Appending {
    type Answer = ();

    fn apply(&self, connection: &Connection) -> Result<()> {
        let append = &self.0;
        let place = match self.in_passing(connection)? {
            Some(place) => place,
            None => self.in_full(connection)?.ok_or_else(|| StoreError::Lost { id: append.id.clone() })?,
        };
        record(connection, &place, &append.id, append.at, &append.events)?;
        for (name, payload) in [(RESULT, &append.result), (ERROR, &append.error)] {
            if let Some(payload) = payload {
                put_payload(connection, place.number, name, payload)?;
            }
        }
        self.release_events(connection)?;
        self.consume(connection, place.number)?;
        if append.release || append.status.is_finished() {
            self.mind_the_mail(connection, place.number)?;
        }
        Ok(())
    }
}

impl Appending {
    /// The usual case, in which no indexed column changes: then SQLite need not touch the indexes.
    fn in_passing(&self, connection: &Connection) -> Result<Option<Place>> {
        let append = &self.0;
        if append.release || append.status.is_finished() {
            return Ok(None);
        }
        let sql = "UPDATE executions SET revision = revision + 1, updated = ?4, retries = ?5, events = events + ?6 \
                   WHERE id = ?1 AND owner = ?2 AND revision = ?3 AND status = ?7 AND due IS ?8 AND ended IS NULL \
                   RETURNING number, run, events - ?6, events - ?6 - run_began";
        let mut statement = connection.prepare_cached(sql)?;
        let place = statement.query_row(
            params![
                append.id,
                append.owner,
                signed(append.revision),
                append.at,
                append.retries,
                count(&append.events),
                append.status.as_str(),
                append.due,
            ],
            place,
        );
        Ok(place.optional()?)
    }

    fn in_full(&self, connection: &Connection) -> Result<Option<Place>> {
        let append = &self.0;
        let ended = append.status.is_finished().then_some(append.at);
        let sql = "UPDATE executions SET revision = revision + 1, updated = ?4, retries = ?5, events = events + ?6, \
                   status = ?7, due = ?8, ended = ?9, owner = CASE WHEN ?10 THEN NULL ELSE owner END \
                   WHERE id = ?1 AND owner = ?2 AND revision = ?3 \
                   RETURNING number, run, events - ?6, events - ?6 - run_began";
        let mut statement = connection.prepare_cached(sql)?;
        let place = statement.query_row(
            params![
                append.id,
                append.owner,
                signed(append.revision),
                append.at,
                append.retries,
                count(&append.events),
                append.status.as_str(),
                append.due,
                ended,
                append.release || ended.is_some(),
            ],
            place,
        );
        Ok(place.optional()?)
    }

    fn release_events(&self, connection: &Connection) -> Result<()> {
        if self.0.outbox.is_empty() {
            return Ok(());
        }
        let sql = "INSERT INTO outbox (execution, name, data, at) VALUES (?1, ?2, ?3, ?4)";
        let mut statement = connection.prepare_cached(sql)?;
        for event in &self.0.outbox {
            statement.execute(params![self.0.id, event.name, event.data, self.0.at])?;
        }
        Ok(())
    }

    fn consume(&self, connection: &Connection, number: i64) -> Result<()> {
        if self.0.consumed.is_empty() {
            return Ok(());
        }
        let sql = "UPDATE messages SET consumed = 1 WHERE execution = ?1 AND id = ?2";
        let mut statement = connection.prepare_cached(sql)?;
        for id in &self.0.consumed {
            statement.execute(params![number, id])?;
        }
        Ok(())
    }

    /// What is released with unread mail is due at once.
    fn mind_the_mail(&self, connection: &Connection, number: i64) -> Result<()> {
        let sql = "UPDATE executions SET due = min(coalesce(due, ?2), ?2) WHERE number = ?1 \
                   AND EXISTS (SELECT 1 FROM messages WHERE execution = ?1 AND consumed = 0)";
        connection.prepare_cached(sql)?.execute((number, self.0.at))?;
        Ok(())
    }
}

fn place(row: &Row<'_>) -> rusqlite::Result<Place> {
    Ok(Place { number: row.get(0)?, run: row.get(1)?, events: row.get(2)?, seq: row.get(3)? })
}
