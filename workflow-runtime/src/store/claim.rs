//! How a worker comes by its work.

use super::Execution;

/// A worker's question for work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Who asks.
    pub owner: String,
    /// The time now: what is due by then, and whose lease is over by then.
    pub now: i64,
    /// The workflows that the worker knows; others are left alone.
    pub workflows: Vec<String>,
    /// How many to take at most.
    pub limit: usize,
}

/// The answer to a [`Claim`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Claimed {
    /// What the worker owns from now on, the longest due first.
    pub executions: Vec<Execution>,
    /// The earliest time at which there may be more of these workflows, as far as is known now: a timer, or the end of
    /// another worker's lease. It lies in the past when the limit was reached.
    pub next: Option<i64>,
}
