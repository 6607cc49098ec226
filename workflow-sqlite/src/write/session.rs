//! What commands write with.

use rusqlite::{Connection, Statement, params};

use super::held::Held;
use super::prune::forget_the_rest;
use crate::error::Result;

/// The connection of the writer, with what it need not prepare or look up again and again.
pub(crate) struct Session<'c> {
    pub(super) connection: &'c Connection,
    pub(super) held: Held,
    journal: Statement<'c>,
    payload: Statement<'c>,
    version: Statement<'c>,
    begin: Statement<'c>,
    commit: Statement<'c>,
    /// Of executions: a new one, and one that starts to wait, changes hands or ends.
    pub(super) insert: Statement<'c>,
    pub(super) update: Statement<'c>,
}

/// Where the events of a write go.
pub(super) struct Entry<'a> {
    pub(super) execution: i64,
    /// The revision that the write leads to.
    pub(super) revision: i64,
    pub(super) run: i64,
    /// The number of its last event.
    pub(super) seq: i64,
    pub(super) at: i64,
    pub(super) events: &'a str,
}

impl<'c> Session<'c> {
    pub(super) fn new(connection: &'c Connection) -> Result<Self> {
        let sql = "INSERT INTO journal (execution, revision, run, seq, at, events) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let journal = connection.prepare(sql)?;
        let payload = connection.prepare("INSERT OR REPLACE INTO payloads (key, data) VALUES (?1, ?2)")?;
        let version = connection.prepare("PRAGMA data_version")?;
        let (begin, commit) = (connection.prepare("BEGIN IMMEDIATE")?, connection.prepare("COMMIT")?);
        let (insert, update) = (connection.prepare(super::create::INSERT)?, connection.prepare(super::append::UPDATE)?);
        Ok(Self { connection, held: Held::default(), journal, payload, version, begin, commit, insert, update })
    }

    /// Begins a transaction.
    pub(super) fn begin(&mut self) -> Result<()> {
        self.begin.execute([])?;
        Ok(())
    }

    pub(super) fn commit(&mut self) -> Result<()> {
        self.commit.execute([])?;
        Ok(())
    }

    /// Forgets what may have changed since the last transaction.
    pub(super) fn refresh(&mut self) -> Result<()> {
        let version = self.version.query_row([], |row| row.get(0))?;
        self.held.check(version);
        Ok(())
    }

    pub(super) fn record(&mut self, entry: &Entry<'_>) -> Result<()> {
        let Entry { execution, revision, run, seq, at, events } = entry;
        self.journal.execute(params![execution, revision, run, seq, at, events])?;
        Ok(())
    }

    pub(super) fn put_payload(&mut self, number: i64, name: i64, data: &str) -> Result<()> {
        self.payload.execute((number * 4 + name, data))?;
        Ok(())
    }

    /// Removes what an execution left whose row somebody removed by hand: its number is given again, and who gets it would
    /// find a journal there.
    pub(super) fn clear(&mut self, number: i64) -> Result<()> {
        let highest = match self.held.referred {
            Some(highest) => highest,
            None => {
                let sql = "SELECT max(coalesce((SELECT max(execution) FROM journal), 0), \
                           coalesce((SELECT max(key) >> 2 FROM payloads), 0), \
                           coalesce((SELECT max(execution) FROM messages), 0))";
                let highest = self.connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
                *self.held.referred.insert(highest)
            }
        };
        if number <= highest { forget_the_rest(self.connection, number) } else { Ok(()) }
    }

    /// Sees to it that an owner has a row, or nobody would ever look for what it leaves.
    pub(super) fn know_owner(&mut self, owner: &str) -> Result<()> {
        if !self.held.owners.contains(owner) {
            let sql = "INSERT OR IGNORE INTO owners (owner, lease_until) VALUES (?1, ?2)";
            self.connection.prepare_cached(sql)?.execute(params![owner, i64::MIN])?;
            self.held.owners.insert(owner.to_owned());
        }
        Ok(())
    }
}
