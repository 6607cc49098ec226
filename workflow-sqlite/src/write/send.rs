//! Mail.

use rusqlite::{OptionalExtension, params};
use workflow_runtime::store::{NewMessage, Sent, StoreError};

use super::Command;
use super::session::Session;
use crate::error::Result;

pub(crate) struct Send(pub(crate) NewMessage);

impl Command for Send {
    type Answer = Sent;

    fn apply(&self, session: &mut Session<'_>) -> Result<Sent> {
        let connection = session.connection;
        let NewMessage { id, execution, kind, name, data, at } = &self.0;
        let mut statement = connection.prepare_cached("SELECT number, status FROM executions WHERE id = ?1")?;
        let found = statement.query_row([execution], |row| Ok((row.get(0)?, row.get::<_, String>(1)?))).optional()?;
        let Some::<(i64, _)>((number, status)) = found else { return Ok(Sent::NoSuchExecution) };
        let mut statement = connection.prepare_cached("SELECT 1 FROM messages WHERE execution = ?1 AND id = ?2")?;
        if statement.exists(params![number, id])? {
            return Ok(Sent::Delivered);
        }
        let status: workflow_runtime::ExecutionStatus = status.parse().map_err(|unknown| StoreError::Corrupt {
            place: format!("execution `{execution}`"),
            detail: format!("{unknown}"),
        })?;
        if status.is_finished() {
            return Ok(Sent::Ended(status));
        }
        let sql = "INSERT INTO messages (execution, id, kind, name, data, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        connection.prepare_cached(sql)?.execute(params![number, id, kind, name, data, at])?;
        let sql = "UPDATE executions SET due = min(coalesce(due, ?2), ?2) WHERE number = ?1 AND owner IS NULL";
        connection.prepare_cached(sql)?.execute(params![number, at])?;
        Ok(Sent::Delivered)
    }
}
