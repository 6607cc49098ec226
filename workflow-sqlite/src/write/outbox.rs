//! What subscribers have seen.

use rusqlite::params;

use super::Command;
use super::session::Session;
use crate::error::Result;
use crate::rows::signed;

pub(crate) struct Acknowledge {
    pub(crate) subscriber: String,
    pub(crate) position: u64,
}

impl Command for Acknowledge {
    type Answer = ();

    fn apply(&self, session: &mut Session<'_>) -> Result<()> {
        let connection = session.connection;
        let sql = "INSERT INTO subscribers (name, position) VALUES (?1, ?2) \
                   ON CONFLICT DO UPDATE SET position = max(position, excluded.position)";
        connection.prepare_cached(sql)?.execute(params![self.subscriber, signed(self.position)])?;
        Ok(())
    }
}
