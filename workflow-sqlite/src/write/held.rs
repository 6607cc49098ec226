//! What the writer remembers of executions that somebody works on, so that an append need not ask the file.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rusqlite::Connection;
use workflow_runtime::store::Execution;

use crate::error::Result;
use crate::rows::{Found, find, signed};

/// So many at most; whoever is forgotten is looked up again.
const ROOM: usize = 1 << 16;

/// An execution as its next append has to find it.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) number: i64,
    pub(crate) run: i64,
    pub(crate) revision: i64,
    /// How many events its run has.
    pub(crate) events: i64,
    pub(crate) owner: Option<Arc<str>>,
    pub(crate) status: &'static str,
    pub(crate) due: Option<i64>,
    pub(crate) ended: bool,
    /// Whether the row says that something is being retried.
    pub(crate) retries: bool,
}

impl Row {
    pub(crate) fn of(number: i64, events: i64, execution: &Execution) -> Self {
        Self {
            number,
            run: i64::from(execution.run),
            revision: signed(execution.revision),
            events,
            owner: execution.owner.as_deref().map(Into::into),
            status: execution.status.as_str(),
            due: execution.due,
            ended: execution.ended.is_some(),
            retries: execution.retries.is_some(),
        }
    }
}

/// The rows as they are in the file, for as long as nobody else writes to it.
#[derive(Debug, Default)]
pub(crate) struct Held {
    /// What SQLite says when another connection has written.
    version: i64,
    rows: HashMap<Arc<str>, Row>,
    /// The highest number of an execution to which anything refers; `None` where that has to be looked up.
    pub(super) referred: Option<i64>,
    /// Owners that have a row of their own.
    pub(super) owners: HashSet<String>,
}

impl Held {
    /// To be called inside each transaction, before anything is believed.
    pub(super) fn check(&mut self, version: i64) {
        if version != self.version {
            self.forget_all();
            self.version = version;
        }
    }

    /// What is remembered may not be what is in the file.
    pub(super) fn forget_all(&mut self) {
        self.rows.clear();
        self.referred = None;
        self.owners.clear();
    }

    pub(super) fn forget(&mut self, id: &str) {
        self.rows.remove(id);
    }

    pub(super) fn remember(&mut self, id: impl Into<Arc<str>>, row: Row) {
        if self.rows.len() >= ROOM {
            self.rows.clear();
        }
        self.rows.insert(id.into(), row);
    }

    /// The row of an execution, if it is remembered.
    pub(super) fn known(&mut self, id: &str) -> Option<&mut Row> {
        self.rows.get_mut(id)
    }

    /// The row of an execution, from the file; `None` if there is no such execution.
    pub(super) fn look_up(&mut self, connection: &Connection, id: &str) -> Result<Option<&mut Row>> {
        let Some(Found { number, events, execution }) = find(connection, id)? else { return Ok(None) };
        self.remember(id, Row::of(number, events, &execution));
        Ok(self.rows.get_mut(id))
    }
}
