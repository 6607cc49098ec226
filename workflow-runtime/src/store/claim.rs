//! How a worker comes by its work.

use std::collections::{BTreeMap, BTreeSet};

use super::Execution;

/// A worker's question for work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Who asks.
    pub owner: String,
    /// The time now: what is due by then, and whose lease is over by then.
    pub now: i64,
    /// The workflows that the worker knows, and which versions of each; other workflows are left alone.
    pub workflows: BTreeMap<String, BTreeSet<u32>>,
    /// Of other versions of these workflows, only what was due, or whose lease was over, by this time: one who knows the
    /// version comes first. At most `now`.
    pub others_by: i64,
    /// How many to take at most.
    pub limit: usize,
}

impl Claim {
    /// By when an execution has to be due, or its owner's lease to be over, to be taken; `None` if it is to be left alone.
    #[must_use]
    pub fn by(&self, workflow: &str, version: u32) -> Option<i64> {
        let versions = self.workflows.get(workflow)?;
        Some(if versions.contains(&version) { self.now } else { self.others_by })
    }
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
