//! One execution as a row.

use std::sync::Arc;

use super::{Events, ExecutionStatus};

/// Everything a store knows of an execution, but for its journal and its mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Execution {
    /// Its id, chosen by the caller or made by the engine.
    pub id: String,
    /// The name of the workflow.
    pub workflow: String,
    /// The version of the definition with which it started.
    pub version: u32,
    /// The fingerprint of the structure with which it started.
    pub fingerprint: String,
    /// Where it stands.
    pub status: ExecutionStatus,
    /// The how manieth run this is under its id; the first is 1.
    pub run: u32,
    /// Its input, JSON.
    pub input: String,
    /// Who works on it.
    pub owner: Option<String>,
    /// Grows with every append and every change of owner, over all runs.
    pub revision: u64,
    /// When it wants to be claimed, if nobody has it.
    pub due: Option<i64>,
    /// What is being retried, JSON; rewritten in place by every failed attempt.
    pub retries: Option<String>,
    /// Its result, JSON.
    pub result: Option<String>,
    /// Why it did not complete, or is parked, JSON.
    pub error: Option<String>,
    /// When it was created.
    pub created: i64,
    /// When it was last written.
    pub updated: i64,
    /// When it ended.
    pub ended: Option<i64>,
}

/// An execution that is about to begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewExecution {
    /// Its id.
    pub id: Arc<str>,
    /// The name of the workflow.
    pub workflow: Arc<str>,
    /// The version of the definition.
    pub version: u32,
    /// The fingerprint of the structure.
    pub fingerprint: Arc<str>,
    /// Its input, JSON.
    pub input: String,
    /// Where it stands after its first events.
    pub status: ExecutionStatus,
    /// Who begins it; `None` leaves it to whoever claims it first.
    pub owner: Option<Arc<str>>,
    /// When it wants to be claimed, if nobody has it; a new execution without an owner and without this is never claimed.
    pub due: Option<i64>,
    /// Its first events.
    pub events: Events,
    /// The time now.
    pub at: i64,
    /// Begins a further run under the id of an execution that ended with this revision. The journal of the earlier run is
    /// kept, under its number; its input, result, error and messages are not.
    pub replaces: Option<u64>,
}

impl NewExecution {
    /// The execution as it stands once it has begun: what a store keeps.
    #[must_use]
    pub fn begun(&self, run: u32, revision: u64) -> Execution {
        let ended = self.status.is_finished();
        Execution {
            id: self.id.to_string(),
            workflow: self.workflow.to_string(),
            version: self.version,
            fingerprint: self.fingerprint.to_string(),
            status: self.status,
            run,
            input: self.input.clone(),
            owner: self.owner.as_ref().filter(|_| !ended).map(ToString::to_string),
            revision,
            due: self.due,
            retries: None,
            result: None,
            error: None,
            created: self.at,
            updated: self.at,
            ended: ended.then_some(self.at),
        }
    }
}

/// The answer to [`Store::create`](super::Store::create).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Created {
    /// It began now.
    New {
        /// The how manieth run this is under its id.
        run: u32,
        /// What the next append has to expect.
        revision: u64,
    },
    /// The id was taken: this is what has it, untouched.
    Exists(Box<Execution>),
}
