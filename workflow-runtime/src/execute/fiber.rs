//! Fibers: what runs one thing after the other. The workflow is one; a group has one for each branch.

use std::fmt;
use std::sync::Arc;
use std::vec;

use crate::data::Recorded;
use crate::graph::{ChildNode, LoopNode, Node, ScopeId};

use super::log::Entry;
use super::op::OpId;
use super::rollback::Undoing;

pub(crate) type FiberId = usize;
pub(crate) type GroupId = usize;

/// A line of execution: where it is, and what it has done.
pub(crate) struct Fiber<C: 'static> {
    /// The group it belongs to, and its number there; `None` for the workflow itself.
    pub(crate) group: Option<(GroupId, usize)>,
    pub(crate) stack: Vec<Activation<C>>,
    pub(crate) log: Vec<Entry<C>>,
}

/// A block in progress.
pub(crate) struct Activation<C: 'static> {
    pub(crate) nodes: &'static [Node<C>],
    pub(crate) at: usize,
    pub(crate) scope: ScopeId,
    pub(crate) kind: Kind<C>,
}

/// What a block is, which says what happens at its end.
pub(crate) enum Kind<C: 'static> {
    /// The workflow.
    Root,
    /// A branch of a group, or an item of a parallel loop.
    Branch,
    /// The chosen arm of a condition.
    Arm,
    /// The body of a sequential loop.
    Body(Box<Looping<C>>),
    /// A child workflow.
    Child(Box<Nested<C>>),
    /// A rollback in progress.
    Undo(Box<Undoing<C>>),
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
    pub(crate) path: String,
    pub(crate) step: String,
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
    pub(crate) fn new(group: Option<(GroupId, usize)>, base: Activation<C>) -> Self {
        Self { group, stack: vec![base], log: Vec::new() }
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
        let handled = |at: &Activation<C>| match &at.kind {
            Kind::Child(child) => child.node.catch.is_some(),
            Kind::Body(body) => body.node.catch.is_some(),
            Kind::Root | Kind::Branch | Kind::Arm | Kind::Undo(_) => false,
        };
        !fatal && self.stack.iter().take(height).any(handled)
    }

    #[inline]
    pub(crate) fn scope(&self) -> ScopeId {
        self.stack.last().map_or(0, |top| top.scope)
    }
}
