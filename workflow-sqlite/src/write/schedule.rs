//! Schedules.

use rusqlite::params;
use workflow_runtime::store::Schedule;

use super::Command;
use super::session::Session;
use crate::error::Result;
use crate::rows::signed;

pub(crate) struct PutSchedule {
    pub(crate) schedule: Schedule,
    pub(crate) expected: Option<u64>,
}

impl Command for PutSchedule {
    type Answer = bool;

    fn apply(&self, session: &mut Session<'_>) -> Result<bool> {
        let connection = session.connection;
        let Schedule { name, data, next, .. } = &self.schedule;
        let changed = match self.expected {
            None => {
                let sql = "INSERT OR IGNORE INTO schedules (name, data, next, revision) VALUES (?1, ?2, ?3, 1)";
                connection.prepare_cached(sql)?.execute(params![name, data, next])?
            }
            Some(expected) => {
                let sql = "UPDATE schedules SET data = ?2, next = ?3, revision = revision + 1 \
                           WHERE name = ?1 AND revision = ?4";
                connection.prepare_cached(sql)?.execute(params![name, data, next, signed(expected)])?
            }
        };
        Ok(changed > 0)
    }
}

pub(crate) struct RemoveSchedule {
    pub(crate) name: String,
}

impl Command for RemoveSchedule {
    type Answer = bool;

    fn apply(&self, session: &mut Session<'_>) -> Result<bool> {
        let connection = session.connection;
        Ok(connection.prepare_cached("DELETE FROM schedules WHERE name = ?1")?.execute([&self.name])? > 0)
    }
}
