//! The one write of a step.

use std::sync::Arc;

use rusqlite::params;
use workflow_runtime::store::{Append, StoreError};

use super::Command;
use super::held::Row;
use super::session::{Entry, Session};
use crate::error::Result;
use crate::rows::{ERROR, RESULT, limit, signed};

/// Everything that an append may change in the row of an execution.
pub(super) const UPDATE: &str = "UPDATE executions SET revision = ?2, updated = ?3, retries = ?4, events = ?5, due = ?6, \
    status = ?7, ended = ?8, owner = CASE WHEN ?9 THEN NULL ELSE owner END WHERE number = ?1";

pub(crate) struct Appending(pub(crate) Arc<Append>);

impl Command for Appending {
    type Answer = ();

    fn apply(&self, session: &mut Session<'_>) -> Result<()> {
        let append = &*self.0;
        let lost = || StoreError::Lost { id: append.id.to_string() };
        let (connection, ends) = (session.connection, append.status.is_finished());
        let row = match session.held.known(&append.id) {
            Some(row) => row,
            None => session.held.look_up(connection, &append.id)?.ok_or_else(lost)?,
        };
        if row.owner.as_ref() != Some(&append.owner) || row.revision != signed(append.revision) {
            return Err(lost().into());
        }
        let change = Change::of(self, row);
        row.revision += 1;
        row.events += limit(append.events.len());
        row.status = append.status.as_str();
        row.due = append.due;
        row.ended = ends;
        row.retries = append.retries.is_some();
        let entry = Entry {
            execution: row.number,
            revision: row.revision,
            run: row.run,
            seq: row.events,
            at: append.at,
            events: append.events.text(),
        };
        if !append.events.is_empty() {
            session.record(&entry)?;
        }
        match change {
            Change::Nothing => {}
            Change::Passing => self.in_passing(session, &entry)?,
            Change::Standing => self.in_full(session, &entry)?,
        }
        let number = entry.execution;
        for (name, payload) in [(RESULT, &append.result), (ERROR, &append.error)] {
            if let Some(payload) = payload {
                session.put_payload(number, name, payload)?;
            }
        }
        self.release_events(session)?;
        self.consume(session, number)?;
        if append.release && !ends {
            self.mind_the_mail(session, number)?;
        }
        if append.release || ends {
            session.held.forget(&append.id);
        }
        Ok(())
    }
}

/// What an append changes in the row of the execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    /// The usual case: what the journal says is enough.
    Nothing,
    /// Nothing that many look for: then SQLite need not touch most indexes.
    Passing,
    Standing,
}

impl Change {
    fn of(appending: &Appending, row: &Row) -> Self {
        let append = &appending.0;
        if append.release || append.status.is_finished() || row.ended || row.status != append.status.as_str() {
            Self::Standing
        } else if append.events.is_empty() || append.retries.is_some() || row.retries || row.due != append.due {
            Self::Passing
        } else {
            Self::Nothing
        }
    }
}

impl Appending {
    fn in_passing(&self, session: &Session<'_>, entry: &Entry<'_>) -> Result<()> {
        let append = &self.0;
        let sql =
            "UPDATE executions SET revision = ?2, updated = ?3, retries = ?4, events = ?5, due = ?6 WHERE number = ?1";
        let mut statement = session.connection.prepare_cached(sql)?;
        statement.execute(params![
            entry.execution,
            entry.revision,
            append.at,
            append.retries,
            entry.seq,
            append.due
        ])?;
        Ok(())
    }

    fn in_full(&self, session: &mut Session<'_>, entry: &Entry<'_>) -> Result<()> {
        let append = &self.0;
        let ended = append.status.is_finished().then_some(append.at);
        session.update.execute(params![
            entry.execution,
            entry.revision,
            append.at,
            append.retries,
            entry.seq,
            append.due,
            append.status.as_str(),
            ended,
            append.release || ended.is_some(),
        ])?;
        Ok(())
    }

    fn release_events(&self, session: &Session<'_>) -> Result<()> {
        if self.0.outbox.is_empty() {
            return Ok(());
        }
        let sql = "INSERT INTO outbox (execution, name, data, at) VALUES (?1, ?2, ?3, ?4)";
        let mut statement = session.connection.prepare_cached(sql)?;
        for event in &self.0.outbox {
            statement.execute(params![self.0.id, event.name, event.data, self.0.at])?;
        }
        Ok(())
    }

    fn consume(&self, session: &Session<'_>, number: i64) -> Result<()> {
        if self.0.consumed.is_empty() {
            return Ok(());
        }
        let sql = "UPDATE messages SET consumed = 1 WHERE execution = ?1 AND id = ?2";
        let mut statement = session.connection.prepare_cached(sql)?;
        for id in &self.0.consumed {
            statement.execute(params![number, id])?;
        }
        Ok(())
    }

    /// What is released with unread mail is due at once.
    fn mind_the_mail(&self, session: &Session<'_>, number: i64) -> Result<()> {
        let sql = "UPDATE executions SET due = min(coalesce(due, ?2), ?2) WHERE number = ?1 \
                   AND EXISTS (SELECT 1 FROM messages WHERE execution = ?1 AND consumed = 0)";
        session.connection.prepare_cached(sql)?.execute((number, self.0.at))?;
        Ok(())
    }
}
