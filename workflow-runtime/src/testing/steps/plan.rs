//! The plan of what goes wrong in a run.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use crate::execute::{Forced, Ways};
use crate::interpose::Cancel;

use super::rule::{Node, Rule};

/// What happens to an attempt of a step or a compensation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StepFault {
    /// It fails before it has done anything.
    Fail,
    /// It does its work, and then its success is lost: it fails.
    FailAfterEffect,
    /// It panics before it has done anything.
    Panic,
    /// It hangs until its timeout drops it; one without a timeout is dropped at once. Of a `signal!`: what it waits for
    /// does not come.
    TimeOut,
    /// It does its work only after so long a time, by the clock of tokio.
    Slow(Duration),
    /// It runs twice, with the same idempotency key; the second result counts.
    Repeat,
    /// The execution is cancelled when it begins. Of a `sleep!` or `signal!`: while it waits.
    Cancel,
}

impl StepFault {
    /// Whether what it strikes has done its work by then.
    pub(crate) fn has_effect(self) -> bool {
        matches!(self, Self::FailAfterEffect | Self::Repeat)
    }
}

/// What goes wrong in a run, at which nodes: in process with [`Invocation::faults`](crate::Invocation::faults), on an
/// engine with [`EngineBuilder::faults`](crate::EngineBuilder::faults), which a
/// [`TestEngine`](crate::testing::TestEngine) has too.
///
/// A node is named by its path (`for#1[3]/charge` for one item, `for#1/charge` for all), by the last part of it, or by
/// its step. An `undo!` is a node too (`undo-reserve#1`), whose step is the compensation that it runs: what
/// [`fail`](FaultPlan::fail) and its like say of it strikes there and not in a rollback, and what
/// [`fail_undo`](FaultPlan::fail_undo) says of `reserve` strikes in both. An execution can be cancelled at a `sleep!`
/// (`sleep#1`) or a `signal!` (`Approval`) while it waits there, and a `signal!` times out when its signal is kept from it.
///
/// A fault is for good, over all attempts, unless [`times`](FaultPlan::times) says otherwise. A step with
/// `retry(forever)` fails for good by a permanent error; where that does not stop it (a panic, a timeout, a lost success,
/// and past the pivot) the fault strikes two attempts.
///
/// ```
/// use anyhow::Result;
/// use workflow_runtime::prelude::*;
/// use workflow_runtime::testing::{FaultPlan, Recorder};
///
/// #[step(compensate = release)]
/// async fn reserve(sku: String) -> Result<String> { Ok(sku) }
/// #[step]
/// async fn release(sku: String) -> Result<()> { let _ = sku; Ok(()) }
/// #[step(retry(attempts = 3))]
/// async fn charge(cents: u64) -> Result<u64> { Ok(cents) }
///
/// workflow! {
///     async fn place_order(sku: String) -> Result<u64> {
///         reserve(sku).await?;
///         charge(500).await
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
/// let (faults, recorder) = (FaultPlan::new().fail("charge"), Recorder::new());
/// let error = place_order("mug".into()).faults(&faults).observer(&recorder).run(&()).await.unwrap_err();
/// assert_eq!(error.node_path(), Some("charge"));
/// recorder.assert_order(["reserve", "charge", "undo reserve"]);
/// assert_eq!(recorder.attempts("charge"), 3);
///
/// let faults = FaultPlan::new().fail("charge").times(2);
/// assert_eq!(place_order("mug".into()).faults(&faults).run(&()).await?, 500);
/// # Ok(()) }
/// ```
#[derive(Clone, Default)]
pub struct FaultPlan {
    pub(super) rules: Vec<Rule>,
    ways: Ways,
    pub(super) forced: Arc<OnceLock<Arc<Forced>>>,
    pub(super) state: Arc<Mutex<State>>,
}

#[derive(Default)]
pub(super) struct State {
    /// How often each rule has struck, by the node at which it did.
    pub(super) struck: BTreeMap<(usize, String), u32>,
    pub(super) hits: Vec<Hit>,
    pub(super) cancel: Option<Cancel>,
    pub(super) healed: bool,
}

/// One time that a plan has struck.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hit {
    /// The node, such as `for#1[3]/charge`.
    pub node: String,
    /// Whether it was its compensation, named as such.
    pub undo: bool,
    /// Which attempt it was, counted from 1.
    pub attempt: u32,
    /// What happened to it.
    pub fault: StepFault,
    /// Whether the step goes on until it succeeds, so that this is never for good.
    pub absorbed: bool,
}

impl fmt::Debug for FaultPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaultPlan").field("rules", &self.rules).field("hits", &self.hits()).finish_non_exhaustive()
    }
}

impl FaultPlan {
    /// Nothing goes wrong. Clones of a plan share what has happened.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn with(rules: Vec<Rule>, ways: Ways) -> Self {
        Self { rules, ways, ..Self::default() }
    }

    /// From now on nothing goes wrong any more.
    pub(crate) fn heal(&self) {
        self.state().healed = true;
    }

    fn rule(mut self, node: &str, undo: bool, fault: StepFault) -> Self {
        self.rules.push(Rule { node: Node::Named(node.to_owned()), undo, fault, times: None });
        self
    }

    /// The step at this node suffers this fault.
    #[must_use]
    pub fn step(self, node: &str, fault: StepFault) -> Self {
        self.rule(node, false, fault)
    }

    /// The compensation of the step at this node suffers this fault.
    #[must_use]
    pub fn undo(self, node: &str, fault: StepFault) -> Self {
        self.rule(node, true, fault)
    }

    /// The step fails before it has done anything.
    #[must_use]
    pub fn fail(self, node: &str) -> Self {
        self.step(node, StepFault::Fail)
    }

    /// The step does its work, and fails.
    #[must_use]
    pub fn fail_after_effect(self, node: &str) -> Self {
        self.step(node, StepFault::FailAfterEffect)
    }

    /// The step panics.
    #[must_use]
    pub fn panic(self, node: &str) -> Self {
        self.step(node, StepFault::Panic)
    }

    /// The step hangs until its timeout drops it; the signal does not come.
    #[must_use]
    pub fn time_out(self, node: &str) -> Self {
        self.step(node, StepFault::TimeOut)
    }

    /// The step runs twice.
    #[must_use]
    pub fn repeat(self, node: &str) -> Self {
        self.step(node, StepFault::Repeat)
    }

    /// The execution is cancelled when the step begins, or while it waits at this `sleep!` or `signal!`.
    #[must_use]
    pub fn cancel_at(self, node: &str) -> Self {
        self.step(node, StepFault::Cancel)
    }

    /// The compensation of the step fails before it has done anything.
    #[must_use]
    pub fn fail_undo(self, node: &str) -> Self {
        self.undo(node, StepFault::Fail)
    }

    /// The compensation of the step runs twice.
    #[must_use]
    pub fn repeat_undo(self, node: &str) -> Self {
        self.undo(node, StepFault::Repeat)
    }

    /// The fault named last strikes only so many attempts of a node.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        if let Some(rule) = self.rules.last_mut() {
            rule.times = Some(times);
        }
        self
    }

    /// The condition at this node takes the arm with this text (`else`, `Some(parcel)`, ...), whatever it says. An arm
    /// whose pattern binds values cannot be taken against the condition: [`missed`](FaultPlan::missed) says so.
    #[must_use]
    pub fn take_arm(mut self, node: &str, arm: &str) -> Self {
        self.ways.arms.insert(node.to_owned(), arm.to_owned());
        self
    }

    /// The loop at this node has so many items: the first ones of its own, or all of them, over and over.
    #[must_use]
    pub fn take_items(mut self, node: &str, count: usize) -> Self {
        self.ways.items.insert(node.to_owned(), count);
        self
    }

    /// What has gone wrong so far, in order.
    #[must_use]
    pub fn hits(&self) -> Vec<Hit> {
        self.state().hits.clone()
    }

    /// What of the plan has not happened, a sentence each: nodes that were not reached, arms that could not be taken.
    #[must_use]
    pub fn missed(&self) -> Vec<String> {
        let struck: BTreeSet<usize> = self.state().struck.keys().map(|(rule, _)| *rule).collect();
        let unreached = self.rules.iter().enumerate().filter(|(place, _)| !struck.contains(place));
        let mut missed: Vec<String> =
            unreached.map(|(_, rule)| format!("the plan wanted {}, but it did not run", rule.wanted())).collect();
        missed.extend(self.forced.get().into_iter().flat_map(|forced| forced.refused()));
        missed
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn ways(&self) -> Option<Arc<Forced>> {
        if self.ways.arms.is_empty() && self.ways.items.is_empty() {
            return None;
        }
        Some(Arc::clone(self.forced.get_or_init(|| Arc::new(Forced::new(self.ways.clone())))))
    }
}
