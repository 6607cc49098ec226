//! What crosses the boundary between the machine and its host.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::data::Recorded;
use crate::graph::SignalNode;
use crate::step::{Returned, StepDef, UndoDef};

use super::recall::{Mismatch, Reading};

/// Identifies an operation in flight; never reused within an execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct OpId {
    pub(crate) key: u32,
    pub(crate) generation: u32,
}

/// A place in the running graph, such as `reserve` or `for#1[17]/reserve`, written out only when asked for.
#[derive(Debug, Clone)]
pub(crate) struct NodePath {
    pub(crate) prefix: Option<Arc<str>>,
    pub(crate) local: &'static str,
}

impl NodePath {
    /// The same as `to_string`, which takes longer.
    pub(crate) fn written(&self) -> Cow<'static, str> {
        match &self.prefix {
            None => self.local.into(),
            Some(prefix) => [prefix, self.local].concat().into(),
        }
    }
}

impl fmt::Display for NodePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.prefix.as_deref().unwrap_or_default())?;
        f.write_str(self.local)
    }
}

/// Something that the host has to do.
pub(crate) struct Operation<C: 'static> {
    pub(crate) id: OpId,
    pub(crate) path: NodePath,
    pub(crate) op: Op<C>,
}

pub(crate) enum Op<C: 'static> {
    /// Run a step under its policies. A stubborn one is past the pivot, where `retry(forever)` accepts no defeat.
    Step { def: &'static StepDef<C>, input: Recorded, stubborn: bool },
    /// Run a compensation under its policies.
    Undo { def: &'static UndoDef<C>, input: Recorded, asked: Asked },
    /// Wait.
    Sleep(Duration),
    /// Wait, beside everything else, for the timeout of a workflow.
    Deadline(Duration),
    /// Wait for a signal.
    Signal { node: &'static SignalNode },
}

/// Who asks for a compensation.
#[derive(Debug, Clone)]
pub(crate) enum Asked {
    /// A rollback, with what is recorded of the step.
    Rollback,
    /// The `undo!` at this node, with what is recorded of the step.
    Undo(Box<NodePath>),
    /// The `undo!` at the node of the operation, with what an expression of the workflow gives.
    Payload,
}

/// What the machine tells its host.
pub(crate) enum Issue<C: 'static> {
    /// Begin an operation.
    Begin(Operation<C>),
    /// Begin no further attempt of this step; what runs may finish.
    Settle(OpId),
    /// Nobody waits for this any more.
    Withdraw(OpId),
    /// The condition chose another arm; only issued while somebody observes.
    Skipped(NodePath),
    /// An event was emitted; only issued while somebody observes.
    Emitted(NodePath),
    /// From here on there is no way back. A request to cancel that nobody has answered yet came too late.
    PastPivot,
    /// A request to cancel is granted: nothing new begins.
    Stopping,
    /// Only of a recorded execution: a condition chose an arm, with what its pattern bound.
    Chose { path: NodePath, arm: u32, label: &'static str, bound: Recorded },
    /// Only of a recorded execution: the items of a loop.
    Items { path: NodePath, items: Vec<Recorded> },
    /// Only of a recorded execution: the places that the step begun next reads.
    Reads(Vec<Reading>),
    /// Only of a recorded execution: the definition does not fit what is recorded.
    Refused(Mismatch),
    /// Only of a recorded execution: from here on everything is undone.
    RollingBack,
}

/// What the host tells the machine, one at a time.
pub(crate) enum Event {
    /// A step or compensation ended, after so many attempts.
    Settled { id: OpId, attempts: u32, returned: Returned },
    /// A wait is over.
    Woke(OpId),
    /// A signal arrived.
    Received(OpId, Recorded),
    /// A signal did not arrive in time.
    Expired(OpId),
    /// Somebody asked to stop the execution and roll it back.
    Cancelled,
    /// Somebody asked to undo a completed execution.
    Undo,
    /// Somebody asked to undo again what gave up.
    UndoAgain,
}
