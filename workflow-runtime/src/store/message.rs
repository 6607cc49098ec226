//! Mail: signals and requests, from any process to the owner of an execution.

use super::ExecutionStatus;

/// A message to an execution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// Its own id, chosen by the sender: sent twice, it arrives once.
    pub id: String,
    /// The execution.
    pub execution: String,
    /// What kind of message, such as a signal or a request to cancel.
    pub kind: String,
    /// Which one of the kind.
    pub name: String,
    /// What it carries, JSON.
    pub data: String,
    /// The time now.
    pub at: i64,
}

/// A message in the inbox of an execution. It stays there until an [`Append`](super::Append) of the owner consumes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its id.
    pub id: String,
    /// The execution.
    pub execution: String,
    /// What kind of message.
    pub kind: String,
    /// Which one of the kind.
    pub name: String,
    /// What it carries, JSON.
    pub data: String,
    /// When it was sent.
    pub at: i64,
}

/// The answer to [`Store::send`](super::Store::send).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// It is in the inbox, or was before (and may have been consumed).
    Delivered,
    /// There is no such execution; nothing was kept.
    NoSuchExecution,
    /// The execution has ended; nothing was kept.
    Ended(ExecutionStatus),
}
