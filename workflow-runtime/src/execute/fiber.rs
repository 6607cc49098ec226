//! Fibers: what runs one thing after the other. The workflow is one; a group has one for each branch.

use std::borrow::Cow;
use std::fmt;
use std::num::NonZero;
use std::sync::Arc;
use std::vec;

use crate::data::Recorded;
use crate::graph::{ChildNode, LoopNode, ScopeId};

use super::group::Group;
use super::op::OpId;
use super::rollback::Undoing;
use super::stack::{Activation, Stack};
use super::undo_node::TakenOff;

pub(crate) type FiberId = u32;

/// A line of execution: where it is. There is one for each branch in progress, so it is small.
pub(crate) struct Fiber<C: 'static> {
    /// The fiber to whose group it belongs, and its number there; `None` for the workflow itself.
    pub(crate) group: Option<(FiberId, u32)>,
    /// The number of the operation that it waits for.
    pub(crate) flight: Option<NonZero<u32>>,
    pub(crate) stack: Stack<C>,
}

/// What a block is that is more than its nodes: anything but the workflow, a branch of a group, an item of a parallel
/// loop, or the chosen arm of a condition.
pub(crate) enum Inside<C: 'static> {
    /// The body of a sequential loop.
    Body(Looping<C>),
    /// A child workflow.
    Child(Nested<C>),
    /// Fibers beside each other, for which this one waits.
    Group(Group<C>),
    /// A rollback in progress.
    Undo(Undoing<C>),
    /// An `undo!` in progress.
    UndoNode(Box<TakenOff<C>>),
    /// The timeout of the workflow, or of the child at this place of the fiber's stack: a fiber that only waits.
    Deadline { of: FiberId, child: Option<u32> },
}

/// A sequential loop in progress.
pub(crate) struct Looping<C: 'static> {
    pub(crate) node: &'static LoopNode<C>,
    pub(crate) rest: vec::IntoIter<Recorded>,
    pub(crate) index: usize,
    pub(crate) gathered: Vec<Recorded>,
    pub(crate) outer: ScopeId,
    /// Where its part of the fiber's log begins.
    pub(crate) mark: usize,
}

/// A child workflow in progress.
pub(crate) struct Nested<C: 'static> {
    pub(crate) node: &'static ChildNode<C>,
    pub(crate) output: crate::graph::Slot,
    pub(crate) outer: ScopeId,
    /// Where its part of the fiber's log begins.
    pub(crate) mark: usize,
    pub(crate) deadline: Option<OpId>,
    pub(crate) timed_out: Option<String>,
}

/// A node that failed for good.
#[derive(Clone)]
pub(crate) struct NodeFailure {
    pub(crate) path: Cow<'static, str>,
    pub(crate) step: Cow<'static, str>,
    pub(crate) attempts: u32,
    pub(crate) error: Arc<anyhow::Error>,
    /// Its number among the failures of the execution: groups end in another order than their branches fail.
    pub(crate) number: u32,
}

impl fmt::Debug for NodeFailure {
    /// The error is its chain of messages; a backtrace of each would bury the rest.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NodeFailure")
            .field("path", &self.path)
            .field("step", &self.step)
            .field("attempts", &self.attempts)
            .field("error", &format_args!("{:#}", self.error))
            .finish_non_exhaustive()
    }
}

/// Why a fiber unwinds.
pub(crate) enum Cause {
    /// Something in it failed.
    Failed(Vec<NodeFailure>),
    /// Something around it stops it: no catch inside may take this for a failure of its own.
    Halted,
    /// An undo inside gave up: the whole execution has to end.
    Fatal(Vec<NodeFailure>),
}

impl<C: 'static> Fiber<C> {
    pub(crate) fn new(group: Option<(FiberId, u32)>, base: Activation<C>) -> Self {
        Self { group, flight: None, stack: Stack::new(base) }
    }

    /// Goes on behind the node that was waited for.
    #[inline]
    pub(crate) fn step_over(&mut self) {
        if let Some(top) = self.stack.last_mut() {
            top.at += 1;
        }
    }

    /// Whether a child workflow or loop below this height of the stack is handled, so that it takes a failure inside.
    pub(crate) fn is_caught(&self, height: usize, fatal: bool) -> bool {
        let handled = |at: &Activation<C>| match at.inside() {
            Some(Inside::Child(child)) => child.node.catch.is_some(),
            Some(Inside::Body(body)) => body.node.catch.is_some(),
            _ => false,
        };
        !fatal && self.stack.any_below(height, handled)
    }

    #[inline]
    pub(crate) fn scope(&self) -> ScopeId {
        self.stack.last().map_or(0, |top| top.scope)
    }

    fn inside(&mut self) -> Option<&mut Inside<C>> {
        self.stack.last_mut()?.inside_mut()
    }

    /// The group that it waits for.
    pub(crate) fn group_mut(&mut self) -> Option<&mut Group<C>> {
        match self.inside()? {
            Inside::Group(group) => Some(group),
            _ => None,
        }
    }

    /// The rollback that it is busy with.
    pub(crate) fn undoing(&mut self) -> Option<&mut Undoing<C>> {
        match self.inside()? {
            Inside::Undo(undoing) => Some(undoing),
            _ => None,
        }
    }
}
