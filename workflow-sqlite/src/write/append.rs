//! The one write of a step.

use rusqlite::{Connection, OptionalExtension, params};
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
        let row = self.row(connection)?.ok_or_else(|| StoreError::Lost { id: append.id.clone() })?;
        if append.release || append.status.is_finished() || row.is_elsewhere(append) {
            self.in_full(connection, row.place.number)?;
        } else {
            self.in_passing(connection, row.place.number)?;
        }
        let place = row.place;
        record(connection, &place, append.at, &append.events)?;
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

/// What of a row decides how it is written.
struct Row {
    place: Place,
    status: String,
    due: Option<i64>,
    ended: bool,
}

impl Row {
    /// Whether the append changes a column that has an index.
    fn is_elsewhere(&self, append: &Append) -> bool {
        self.status != append.status.as_str() || self.due != append.due || self.ended
    }
}

impl Appending {
    /// The row, if the owner has it at this revision. Asked for apart from the update, because the `RETURNING` of SQLite
    /// costs as much as everything else together.
    fn row(&self, connection: &Connection) -> Result<Option<Row>> {
        let append = &self.0;
        let sql = "SELECT number, run, events, status, due, ended IS NOT NULL FROM executions \
                   WHERE id = ?1 AND owner = ?2 AND revision = ?3";
        let mut statement = connection.prepare_cached(sql)?;
        let row = statement.query_row(params![append.id, append.owner, signed(append.revision)], |row| {
            let place = Place { number: row.get(0)?, run: row.get(1)?, events: row.get(2)? };
            Ok(Row { place, status: row.get(3)?, due: row.get(4)?, ended: row.get(5)? })
        });
        Ok(row.optional()?)
    }

    /// The usual case, in which no indexed column changes: then SQLite need not touch the indexes.
    fn in_passing(&self, connection: &Connection, number: i64) -> Result<()> {
        let append = &self.0;
        let sql = "UPDATE executions SET revision = revision + 1, updated = ?2, retries = ?3, events = events + ?4 \
                   WHERE number = ?1";
        let mut statement = connection.prepare_cached(sql)?;
        statement.execute(params![number, append.at, append.retries, count(&append.events)])?;
        Ok(())
    }

    fn in_full(&self, connection: &Connection, number: i64) -> Result<()> {
        let append = &self.0;
        let ended = append.status.is_finished().then_some(append.at);
        let sql = "UPDATE executions SET revision = revision + 1, updated = ?2, retries = ?3, events = events + ?4, \
                   status = ?5, due = ?6, ended = ?7, owner = CASE WHEN ?8 THEN NULL ELSE owner END WHERE number = ?1";
        let mut statement = connection.prepare_cached(sql)?;
        statement.execute(params![
            number,
            append.at,
            append.retries,
            count(&append.events),
            append.status.as_str(),
            append.due,
            ended,
            append.release || ended.is_some(),
        ])?;
        Ok(())
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
