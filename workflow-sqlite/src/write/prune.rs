//! Forgetting.

use rusqlite::Connection;

use super::Command;
use super::session::Session;
use crate::error::Result;
use crate::rows::{ERROR, INPUT, limit};

pub(crate) struct Prune {
    pub(crate) ended_before: i64,
    pub(crate) limit: usize,
}

impl Command for Prune {
    type Answer = usize;

    fn apply(&self, session: &mut Session<'_>) -> Result<usize> {
        let connection = session.connection;
        let sql = "SELECT number FROM executions WHERE ended IS NOT NULL AND ended < ?1 AND owner IS NULL \
                   AND number BETWEEN 0 AND 9007199254740992 ORDER BY ended LIMIT ?2";
        let mut statement = connection.prepare_cached(sql)?;
        let numbers = statement.query_map((self.ended_before, limit(self.limit)), |row| row.get(0))?;
        let numbers = numbers.collect::<rusqlite::Result<Vec<i64>>>()?;
        for number in &numbers {
            forget(connection, *number)?;
        }
        let sql = "DELETE FROM outbox WHERE at < ?1 \
                   AND position <= (SELECT coalesce(min(position), 9223372036854775807) FROM subscribers)";
        connection.prepare_cached(sql)?.execute([self.ended_before])?;
        let sql = "DELETE FROM owners WHERE lease_until < ?1 \
                   AND NOT EXISTS (SELECT 1 FROM executions e WHERE e.owner = owners.owner)";
        connection.prepare_cached(sql)?.execute([self.ended_before])?;
        session.held.forget_all();
        Ok(numbers.len())
    }
}

fn forget(connection: &Connection, number: i64) -> Result<()> {
    forget_the_rest(connection, number)?;
    connection.prepare_cached("DELETE FROM executions WHERE number = ?1")?.execute([number])?;
    Ok(())
}

/// Removes everything of an execution but its row.
pub(super) fn forget_the_rest(connection: &Connection, number: i64) -> Result<()> {
    connection.prepare_cached("DELETE FROM journal WHERE execution = ?1")?.execute([number])?;
    let keys = (number * 4 + INPUT, number * 4 + ERROR);
    connection.prepare_cached("DELETE FROM payloads WHERE key BETWEEN ?1 AND ?2")?.execute(keys)?;
    connection.prepare_cached("DELETE FROM messages WHERE execution = ?1")?.execute([number])?;
    Ok(())
}
