//! What a case asks of a fixture: one run, on this host, with these faults.

use serde_json::Value;

use crate::error::WorkflowError;
use crate::execute::Ways;
use crate::testing::Fault;
use crate::testing::steps::{Hit, Rule};

use super::trace::{Passed, Seen};
use super::world::{Change, diff, in_order, with};

/// A fixture, whatever its types are.
pub(super) trait Stage: Send + Sync {
    /// Runs the workflow with the input of this number, in a world of its own.
    fn run(&self, input: usize, how: &How) -> Ran;
}

/// How to run.
#[derive(Debug, Clone, Default)]
pub(super) struct How {
    pub(super) rules: Vec<Rule>,
    pub(super) ways: Ways,
    pub(super) round_trip: bool,
    pub(super) host: Host,
    /// Whether to look at the world around every attempt.
    pub(super) probe: bool,
}

#[derive(Debug, Clone, Default)]
pub(super) enum Host {
    #[default]
    InProcess,
    /// An engine, which may die on the way.
    Engine { crash: Option<Crash>, after: After },
}

/// When the engine dies.
#[derive(Debug, Clone)]
pub(super) enum Crash {
    /// At a write.
    Store(Fault),
    /// As soon as it has acknowledged the request to cancel.
    Cancelled,
    /// The same, once the step at which it was cancelled has done its work and nobody has heard of it.
    CancelledAfterEffect,
}

/// What is asked of the engine when the execution has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    Nothing,
    /// Undo what has completed.
    Undo,
    /// Undo what has completed; then, with all faults gone, undo again what could not be undone.
    UndoAndRetry,
    /// With all faults gone, undo again what could not be undone.
    Retry,
}

/// A run that is over.
#[derive(Debug, Clone)]
pub(super) struct Ran {
    pub(super) before: Value,
    pub(super) after: Value,
    pub(super) end: End,
    /// How it had failed before it was asked to undo again what could not be undone.
    pub(super) gave_up: Option<WorkflowError>,
    pub(super) seen: Vec<Seen>,
    /// The nodes that are no steps and were passed: waits and events.
    pub(super) passed: Vec<Passed>,
    pub(super) hits: Vec<Hit>,
    pub(super) missed: Vec<String>,
    /// Whether the store stopped, so that the engine crashed.
    pub(super) crashed: bool,
    pub(super) writes: u64,
    pub(super) writes_before_undo: Option<u64>,
}

#[derive(Debug, Clone)]
pub(super) enum End {
    /// With this output, and what the fixture says to it.
    Completed {
        output: Value,
        holds: Result<(), String>,
    },
    RolledBack(WorkflowError),
    /// The test itself could not run.
    Broken(String),
}

impl Ran {
    pub(super) fn broken(why: String) -> Self {
        Self {
            before: Value::Null,
            after: Value::Null,
            end: End::Broken(why),
            gave_up: None,
            seen: Vec::new(),
            passed: Vec::new(),
            hits: Vec::new(),
            missed: Vec::new(),
            crashed: false,
            writes: 0,
            writes_before_undo: None,
        }
    }

    /// The nodes that ran, steps and `undo!`s, in the order in which they began, each once.
    pub(super) fn visited(&self) -> Vec<&Seen> {
        let mut visited: Vec<&Seen> = Vec::new();
        for seen in self.seen.iter().filter(|seen| !seen.is_rollback()) {
            if !visited.iter().any(|other| other.node() == seen.node()) {
                visited.push(seen);
            }
        }
        visited
    }

    /// All nodes that it came to.
    pub(super) fn nodes(&self) -> impl DoubleEndedIterator<Item = &str> {
        let visited = self.visited().into_iter().map(Seen::node);
        visited.chain(self.passed.iter().map(|passed| passed.node.as_str()))
    }

    /// What differs of all this beside what an `undo!` undid that has its payload from elsewhere: nobody takes that back.
    /// The run has to be one that was watched.
    pub(super) fn not_by_hand(&self, differs: Vec<Change>) -> Vec<Change> {
        let mut by_hand = self.seen.iter().filter(|seen| seen.is_for_good()).flat_map(|seen| &seen.changes).peekable();
        if by_hand.peek().is_none() {
            return differs;
        }
        diff(&in_order(with(self.before.clone(), by_hand)), &in_order(self.after.clone()))
    }

    /// Whether a pivot has succeeded.
    pub(super) fn past_pivot(&self) -> bool {
        self.pivot().is_some()
    }

    /// The pivot that has succeeded.
    pub(super) fn pivot(&self) -> Option<&Seen> {
        self.seen.iter().find(|seen| seen.pivot && !seen.undo && seen.succeeded())
    }
}
