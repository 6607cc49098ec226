//! The one write that carries an execution forward.

use std::sync::Arc;

use super::{Events, ExecutionStatus, NewOutboxEvent};

/// Everything that one step of an execution changes: written as a whole, or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Append {
    /// The execution.
    pub id: Arc<str>,
    /// Who writes; has to be its owner.
    pub owner: Arc<str>,
    /// The revision that the writer knows; afterwards it is one more.
    pub revision: u64,
    /// The time now.
    pub at: i64,
    /// What happened, in order; empty for a failed attempt, which only changes `retries`.
    pub events: Events,
    /// Where it stands now. With a finished status it has ended, at `at`, and is released.
    pub status: ExecutionStatus,
    /// When it wants to be claimed after its release. While messages are unconsumed, a released execution is due at once.
    pub due: Option<i64>,
    /// What is being retried now; `None` if nothing is.
    pub retries: Option<String>,
    /// The result; `None` leaves what is there.
    pub result: Option<String>,
    /// The error; `None` leaves what is there.
    pub error: Option<String>,
    /// Gives the execution up: afterwards nobody owns it.
    pub release: bool,
    /// Events that are released to subscribers with this write.
    pub outbox: Vec<NewOutboxEvent>,
    /// The ids of the messages that this write accounts for; those that are not in the inbox are passed over.
    pub consumed: Vec<String>,
}
