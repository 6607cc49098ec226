//! Looking at executions.

use serde::Deserialize;

use crate::durable::patiently;
use crate::services::Container;
use crate::store::{ExecutionStatus, Filter, Page};

use super::Engine;
use super::error::EngineError;

/// One thing that happened in an execution.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct JournalEntry {
    /// Its place in the journal, counted from 1.
    pub seq: u64,
    /// When it was written, in milliseconds since the Unix epoch.
    pub at: i64,
    /// What kind of thing, such as `step.succeeded`.
    pub kind: String,
    /// The node; empty where it concerns the whole execution.
    pub node: String,
    /// The particulars, JSON.
    pub data: String,
}

/// What is recorded of an execution that is parked because something of it cannot be read, or is too big.
#[derive(Deserialize)]
pub(super) struct Damage {
    damaged: String,
}

impl Damage {
    pub(super) fn record(what: &str) -> String {
        serde_json::json!({ "damaged": what }).to_string()
    }

    /// What is wrong with it, where that is why it was parked.
    pub(super) fn read(why: &str) -> Option<String> {
        serde_json::from_str::<Self>(why).ok().map(|damage| damage.damaged)
    }
}

impl<C: Container> Engine<C> {
    /// Where an execution stands; `None` if there is none.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn status(&self, id: &str) -> Result<Option<ExecutionStatus>, EngineError> {
        Ok(patiently(|| self.shared.store.load(id)).await?.map(|row| row.status))
    }

    /// One page of executions, the newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list(&self, filter: Filter) -> Result<Page, EngineError> {
        Ok(patiently(|| self.shared.store.list(filter.clone())).await?)
    }

    /// The journal of the latest run of an execution.
    ///
    /// # Errors
    /// When there is no such execution, or the store fails.
    pub async fn history(&self, id: &str) -> Result<Vec<JournalEntry>, EngineError> {
        let row = self.row(id).await?;
        self.journal(id, row.run).await
    }

    /// The journal of one run of an execution, from the first, 1, to the latest, [`Summary::run`](crate::store::Summary).
    ///
    /// # Errors
    /// When there is no such run, or the store fails.
    pub async fn history_of_run(&self, id: &str, run: u32) -> Result<Vec<JournalEntry>, EngineError> {
        let row = self.row(id).await?;
        if run == 0 || run > row.run {
            return Err(EngineError::NoSuchRun { id: row.id, run, runs: row.run });
        }
        self.journal(id, run).await
    }

    async fn journal(&self, id: &str, run: u32) -> Result<Vec<JournalEntry>, EngineError> {
        let journal = patiently(|| self.shared.store.history(id, run)).await?;
        let entry = |event: crate::store::StoredEvent| JournalEntry {
            seq: event.seq,
            at: event.at,
            kind: event.kind,
            node: event.path,
            data: event.data,
        };
        Ok(journal.into_iter().map(entry).collect())
    }
}
