//! Beginning an execution.

use std::sync::Arc;

use rusqlite::params;
use workflow_runtime::store::{Created, NewExecution, StoreError};

use super::Command;
use super::held::Row;
use super::session::{Entry, Session};
use crate::error::Result;
use crate::rows::{ERROR, Found, INPUT, find, limit, signed};

/// A new execution, unless the id is taken. A number that is out of all bounds was not given here, and is not counted on from.
pub(super) const INSERT: &str = "INSERT INTO executions (number, id, workflow, version, fingerprint, status, run, revision, \
    owner, due, events, created, updated, ended) VALUES ((SELECT coalesce(max(number), 0) + 1 FROM executions \
    WHERE number BETWEEN 0 AND 9007199254740991), ?1, ?2, ?3, ?4, ?5, 1, 1, ?6, ?7, ?8, ?9, ?9, ?10) ON CONFLICT (id) DO NOTHING";

pub(crate) struct Create(pub(crate) Arc<NewExecution>);

impl Command for Create {
    type Answer = Created;

    fn apply(&self, session: &mut Session<'_>) -> Result<Created> {
        let lost = || StoreError::Lost { id: self.0.id.to_string() };
        let Some(ended) = self.0.replaces else {
            if self.insert(session)? {
                return Ok(Created::New { run: 1, revision: 1 });
            }
            let found = find(session.connection, &self.0.id)?;
            return Ok(Created::Exists(Box::new(found.ok_or_else(lost)?.execution)));
        };
        match find(session.connection, &self.0.id)? {
            Some(Found { number, execution: before, .. })
                if before.revision == ended && before.status.is_finished() =>
            {
                let (run, revision) = (before.run + 1, before.revision + 1);
                self.replace(session, number, run, revision)?;
                Ok(Created::New { run, revision })
            }
            _ => Err(lost().into()),
        }
    }
}

impl Create {
    /// Nobody owns what has ended already.
    fn owner(&self) -> Option<&Arc<str>> {
        self.0.owner.as_ref().filter(|_| !self.0.status.is_finished())
    }

    fn ended(&self) -> Option<i64> {
        self.0.status.is_finished().then_some(self.0.at)
    }

    fn count(&self) -> i64 {
        limit(self.0.events.len())
    }

    /// `false` if the id is taken.
    fn insert(&self, session: &mut Session<'_>) -> Result<bool> {
        let new = &self.0;
        let inserted = session.insert.execute(params![
            new.id,
            new.workflow,
            new.version,
            new.fingerprint,
            new.status.as_str(),
            self.owner(),
            new.due,
            self.count(),
            new.at,
            self.ended(),
        ])?;
        if inserted > 0 {
            let number = session.connection.last_insert_rowid();
            session.clear(number)?;
            self.begin(session, number, 1, 1)?;
        }
        Ok(inserted > 0)
    }

    fn replace(&self, session: &mut Session<'_>, number: i64, run: u32, revision: u64) -> Result<()> {
        let new = &self.0;
        let sql = "UPDATE executions SET workflow = ?2, version = ?3, fingerprint = ?4, status = ?5, run = ?6, \
                   revision = ?7, owner = ?8, due = ?9, retries = NULL, events = ?10, created = ?11, \
                   updated = ?11, ended = ?12 WHERE number = ?1";
        session.connection.prepare_cached(sql)?.execute(params![
            number,
            new.workflow,
            new.version,
            new.fingerprint,
            new.status.as_str(),
            run,
            signed(revision),
            self.owner(),
            new.due,
            self.count(),
            new.at,
            self.ended(),
        ])?;
        let sql = "DELETE FROM payloads WHERE key BETWEEN ?1 AND ?2";
        session.connection.prepare_cached(sql)?.execute((number * 4 + INPUT, number * 4 + ERROR))?;
        let sql = "UPDATE messages SET consumed = 1 WHERE execution = ?1 AND consumed = 0";
        session.connection.prepare_cached(sql)?.execute([number])?;
        self.begin(session, number, run, revision)
    }

    /// What a first run and a further one have in common.
    fn begin(&self, session: &mut Session<'_>, number: i64, run: u32, revision: u64) -> Result<()> {
        let new = &self.0;
        session.put_payload(number, INPUT, &new.input)?;
        let row = Row {
            number,
            run: i64::from(run),
            revision: signed(revision),
            events: self.count(),
            owner: self.owner().cloned(),
            status: new.status.as_str(),
            due: new.due,
            ended: new.status.is_finished(),
            retries: false,
        };
        if !new.events.is_empty() {
            session.record(&Entry {
                execution: number,
                revision: row.revision,
                run: row.run,
                seq: row.events,
                at: new.at,
                events: new.events.text(),
            })?;
        }
        match &row.owner {
            Some(owner) => {
                session.know_owner(owner)?;
                session.held.remember(Arc::clone(&new.id), row);
            }
            None => session.held.forget(&new.id),
        }
        Ok(())
    }
}
