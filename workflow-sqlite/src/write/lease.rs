//! Leases.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};

use super::Command;
use super::session::Session;
use crate::error::Result;
use crate::owners::Owners;

/// Whether what an owner holds is out of the reach of others.
pub(super) fn has_lease(connection: &Connection, owner: &str, now: i64, owners: &Owners) -> Result<bool> {
    let mut statement = connection.prepare_cached("SELECT lease_until FROM owners WHERE owner = ?1")?;
    let lease: Option<i64> = statement.query_row([owner], |row| row.get(0)).optional()?;
    Ok(lease.is_some_and(|lease| lease > now) && !owners.is_gone(owner))
}

pub(crate) struct Renew {
    pub(crate) owner: String,
    pub(crate) until: i64,
    pub(crate) owners: Arc<Owners>,
}

impl Command for Renew {
    type Answer = ();

    fn apply(&self, session: &mut Session<'_>) -> Result<()> {
        let connection = session.connection;
        self.owners.alive(&self.owner);
        let sql = "INSERT INTO owners (owner, lease_until) VALUES (?1, ?2) \
                   ON CONFLICT DO UPDATE SET lease_until = excluded.lease_until";
        connection.prepare_cached(sql)?.execute(params![self.owner, self.until])?;
        Ok(())
    }
}

pub(crate) struct Retire {
    pub(crate) owner: String,
    pub(crate) owners: Arc<Owners>,
}

impl Command for Retire {
    type Answer = ();

    fn apply(&self, session: &mut Session<'_>) -> Result<()> {
        let connection = session.connection;
        // Rows that change hands catch up with their journals.
        let sql = "UPDATE executions AS e SET owner = NULL, due = 0, revision = coalesce(j.revision, e.revision) + 1, \
                   updated = coalesce(j.at, e.updated), events = coalesce(j.seq, e.events) \
                   FROM executions held LEFT JOIN journal j ON j.number = (SELECT number FROM journal \
                   WHERE execution = held.number AND revision > held.revision ORDER BY revision DESC LIMIT 1) \
                   WHERE held.owner = ?1 AND e.number = held.number";
        connection.prepare_cached(sql)?.execute([&self.owner])?;
        connection.prepare_cached("DELETE FROM owners WHERE owner = ?1")?.execute([&self.owner])?;
        self.owners.forget(&self.owner);
        session.held.forget_all();
        Ok(())
    }
}
