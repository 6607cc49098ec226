//! Leases.

use std::sync::Arc;

use rusqlite::{Connection, params};

use super::Command;
use crate::error::Result;
use crate::owners::Owners;

pub(crate) struct Renew {
    pub(crate) owner: String,
    pub(crate) until: i64,
    pub(crate) owners: Arc<Owners>,
}

impl Command for Renew {
    type Answer = ();

    fn apply(&self, connection: &Connection) -> Result<()> {
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

    fn apply(&self, connection: &Connection) -> Result<()> {
        let sql = "UPDATE executions SET owner = NULL, due = 0, revision = revision + 1 WHERE owner = ?1";
        connection.prepare_cached(sql)?.execute([&self.owner])?;
        connection.prepare_cached("DELETE FROM owners WHERE owner = ?1")?.execute([&self.owner])?;
        self.owners.forget(&self.owner);
        Ok(())
    }
}
