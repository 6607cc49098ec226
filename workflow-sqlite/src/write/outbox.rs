//! Who delivers to subscribers, and what these have seen.

use std::sync::Arc;

use rusqlite::params;

use super::Command;
use super::lease::has_lease;
use super::session::Session;
use crate::error::Result;
use crate::owners::Owners;
use crate::rows::{signed, subscription};

pub(crate) struct Subscribe {
    pub(crate) subscriber: String,
    pub(crate) owner: String,
    pub(crate) now: i64,
    pub(crate) owners: Arc<Owners>,
}

impl Command for Subscribe {
    type Answer = Option<u64>;

    fn apply(&self, session: &mut Session<'_>) -> Result<Option<u64>> {
        let connection = session.connection;
        let (holder, position) = subscription(connection, &self.subscriber)?;
        if let Some(holder) = holder.filter(|holder| *holder != self.owner)
            && has_lease(connection, &holder, self.now, &self.owners)?
        {
            return Ok(None);
        }
        let sql = "INSERT INTO subscribers (name, owner, position) VALUES (?1, ?2, ?3) \
                   ON CONFLICT DO UPDATE SET owner = excluded.owner";
        connection.prepare_cached(sql)?.execute(params![self.subscriber, self.owner, signed(position)])?;
        Ok(Some(position))
    }
}

pub(crate) struct Acknowledge {
    pub(crate) subscriber: String,
    pub(crate) owner: String,
    pub(crate) position: u64,
}

impl Command for Acknowledge {
    type Answer = bool;

    fn apply(&self, session: &mut Session<'_>) -> Result<bool> {
        let sql = "UPDATE subscribers SET position = max(position, ?3) WHERE name = ?1 AND owner = ?2";
        let acknowledged = params![self.subscriber, self.owner, signed(self.position)];
        Ok(session.connection.prepare_cached(sql)?.execute(acknowledged)? > 0)
    }
}
