//! What happened in each execution, as an observer was told; [`journal`](super::journal) tells it of a recorded one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use workflow_runtime::{Observation, Observed, Watcher};

/// Writes down what an observer is told, by execution.
#[derive(Debug, Clone, Default)]
pub struct Recorder {
    histories: Arc<Mutex<BTreeMap<String, History>>>,
}

/// What happened in one execution.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// The steps that were reached, by node path.
    pub steps: BTreeMap<String, StepHistory>,
    /// How many attempts were followed by another.
    pub retries: u32,
}

/// What happened at one node.
#[derive(Debug, Clone, Default)]
pub struct StepHistory {
    /// How often it was attempted.
    pub attempts: u32,
    /// How it ended.
    pub end: End,
    /// How often its compensation was attempted; 0 if it had nothing to undo.
    pub undo_attempts: u32,
    /// What became of the compensation.
    pub undo: Undo,
    /// The error of the last attempt, where there will be another.
    pub trouble: Option<String>,
    /// When it began, and when it ended, in milliseconds since the Unix epoch; only a journal knows.
    pub times: (Option<i64>, Option<i64>),
    /// Until when it waits at most, likewise.
    pub due: Option<i64>,
}

/// What became of a compensation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Undo {
    /// It has not been called for, or is under way.
    #[default]
    Open,
    /// The step is undone.
    Done,
    /// It gave up.
    Failed(String),
}

/// How a step ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum End {
    /// It has not.
    #[default]
    Open,
    /// With a value.
    Done,
    /// With an error.
    Failed(String),
    /// A condition chose another arm.
    Skipped,
}

impl Recorder {
    /// The observer to give to executions.
    #[must_use]
    pub fn watch(&self) -> Watcher {
        let recorder = self.clone();
        Watcher::new(move |seen: &Observation| {
            recorder.lock().entry(seen.execution_id.clone()).or_default().add(&seen.event);
        })
    }

    /// What happened in the execution `id`.
    #[must_use]
    pub fn history(&self, id: &str) -> History {
        self.lock().get(id).cloned().unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, History>> {
        self.histories.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl History {
    fn add(&mut self, event: &Observed) {
        match event {
            Observed::StepBegan(at) => self.step(&at.node).attempts = at.attempt,
            Observed::StepSucceeded(at) => self.step(&at.node).end = End::Done,
            Observed::StepFailed { at, error } => self.step(&at.node).end = End::Failed(error.clone()),
            Observed::StepSkipped(at) => self.step(&at.node).end = End::Skipped,
            Observed::StepRetrying { .. } | Observed::CompensationRetrying { .. } => self.retries += 1,
            Observed::CompensationBegan(at) => self.step(&at.node).undo_attempts = at.attempt,
            Observed::CompensationSucceeded(at) => self.step(&at.node).undo = Undo::Done,
            Observed::CompensationFailed { at, error } => self.step(&at.node).undo = Undo::Failed(error.clone()),
            _ => {}
        }
    }

    pub(super) fn step(&mut self, node: &str) -> &mut StepHistory {
        self.steps.entry(node.to_owned()).or_default()
    }
}
