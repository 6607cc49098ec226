//! Events on their way to subscribers, recorded together with what caused them.

/// An event that an append releases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOutboxEvent {
    /// Its name.
    pub name: String,
    /// What it carries, JSON.
    pub data: String,
}

/// A released event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxEvent {
    /// Its place in the order of release, over all executions; grows, may have gaps.
    pub position: u64,
    /// The execution that emitted it.
    pub execution: String,
    /// Its name.
    pub name: String,
    /// What it carries, JSON.
    pub data: String,
    /// When it was released.
    pub at: i64,
}
