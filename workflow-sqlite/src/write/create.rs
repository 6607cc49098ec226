//! Beginning an execution.

use rusqlite::params;
use workflow_runtime::store::{Created, Execution, NewExecution, StoreError};

use super::Command;
use super::held::Row;
use super::session::{Entry, Session};
use crate::error::Result;
use crate::events::encode;
use crate::rows::{ERROR, Found, INPUT, find, limit, signed};

pub(crate) struct Create {
    new: NewExecution,
    /// How many events there are, and their text.
    count: i64,
    events: String,
    /// What it will be, if there is none with the id.
    begun: Execution,
}

impl Create {
    /// Does what needs no file, so that the writer need not.
    pub(crate) fn new(mut new: NewExecution) -> Self {
        let events = std::mem::take(&mut new.events);
        Self { begun: new.begun(1, 1), new, count: limit(events.len()), events: encode(&events) }
    }
}

impl Command for Create {
    type Answer = Created;

    fn apply(&self, session: &mut Session<'_>) -> Result<Created> {
        let lost = || StoreError::Lost { id: self.new.id.clone() };
        let Some(ended) = self.new.replaces else {
            if self.insert(session)? {
                return Ok(Created::New(self.begun.clone()));
            }
            let found = find(session.connection, &self.new.id)?;
            return Ok(Created::Exists(found.ok_or_else(lost)?.execution));
        };
        match find(session.connection, &self.new.id)? {
            Some(Found { number, execution: before, .. })
                if before.revision == ended && before.status.is_finished() =>
            {
                let begun = self.new.begun(before.run + 1, before.revision + 1);
                self.replace(session, number, &begun)?;
                Ok(Created::New(begun))
            }
            _ => Err(lost().into()),
        }
    }
}

impl Create {
    /// `false` if the id is taken.
    fn insert(&self, session: &mut Session<'_>) -> Result<bool> {
        let (new, begun) = (&self.new, &self.begun);
        let sql = "INSERT INTO executions (id, workflow, version, fingerprint, status, run, revision, owner, due, events, \
                   created, updated, ended) VALUES (?1, ?2, ?3, ?4, ?5, 1, 1, ?6, ?7, ?8, ?9, ?9, ?10) \
                   ON CONFLICT (id) DO NOTHING";
        let inserted = session.connection.prepare_cached(sql)?.execute(params![
            new.id,
            new.workflow,
            new.version,
            new.fingerprint,
            new.status.as_str(),
            begun.owner,
            new.due,
            self.count,
            new.at,
            begun.ended,
        ])?;
        if inserted > 0 {
            self.begin(session, session.connection.last_insert_rowid(), begun)?;
        }
        Ok(inserted > 0)
    }

    fn replace(&self, session: &mut Session<'_>, number: i64, begun: &Execution) -> Result<()> {
        let new = &self.new;
        let sql = "UPDATE executions SET workflow = ?2, version = ?3, fingerprint = ?4, status = ?5, run = ?6, \
                   revision = ?7, owner = ?8, due = ?9, retries = NULL, events = ?10, created = ?11, \
                   updated = ?11, ended = ?12 WHERE number = ?1";
        session.connection.prepare_cached(sql)?.execute(params![
            number,
            new.workflow,
            new.version,
            new.fingerprint,
            new.status.as_str(),
            begun.run,
            signed(begun.revision),
            begun.owner,
            new.due,
            self.count,
            new.at,
            begun.ended,
        ])?;
        let sql = "DELETE FROM payloads WHERE key BETWEEN ?1 AND ?2";
        session.connection.prepare_cached(sql)?.execute((number * 4 + INPUT, number * 4 + ERROR))?;
        let sql = "UPDATE messages SET consumed = 1 WHERE execution = ?1 AND consumed = 0";
        session.connection.prepare_cached(sql)?.execute([number])?;
        self.begin(session, number, begun)
    }

    /// What a first run and a further one have in common.
    fn begin(&self, session: &mut Session<'_>, number: i64, begun: &Execution) -> Result<()> {
        session.put_payload(number, INPUT, &self.new.input)?;
        let row = Row::of(number, self.count, begun);
        if self.count > 0 {
            session.record(&Entry {
                execution: number,
                revision: row.revision,
                run: row.run,
                seq: self.count,
                at: self.new.at,
                events: &self.events,
            })?;
        }
        if let Some(owner) = &begun.owner {
            session.know_owner(owner)?;
            session.held.remember(&self.new.id, row);
        } else {
            session.held.forget(&self.new.id);
        }
        Ok(())
    }
}
