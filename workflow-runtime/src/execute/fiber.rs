//! Fibers: what runs one thing after the other. The workflow is one; a group has one for each branch.

use std::fmt;
use std::num::NonZero;
use std::sync::Arc;
use std::vec;

use smallvec::{SmallVec, smallvec};

use crate::data::Recorded;
use crate::graph::{Block, ChildNode, LoopNode, Node, ScopeId};

use super::group::Group;
use super::machine::TakenOff;
use super::op::OpId;
use super::rollback::Undoing;

pub(crate) type FiberId = u32;

/// A line of execution: where it is. There is one for each branch in progress, so it is small.
pub(crate) struct Fiber<C: 'static> {
    /// The fiber to whose group it belongs, and its number there; `None` for the workflow itself.
    pub(crate) group: Option<(FiberId, u32)>,
    /// The number of the operation that it waits for.
    pub(crate) flight: Option<NonZero<u32>>,
    /// The blocks in progress, from the outside to the inside. Most fibers are in one.
    pub(crate) stack: SmallVec<[Activation<C>; 1]>,
}

/// A block in progress.
pub(crate) struct Activation<C: 'static> {
    /// `None` for what is made of no nodes.
    block: Option<&'static Block<C>>,
    pub(crate) at: u32,
    pub(crate) scope: ScopeId,
    pub(crate) kind: Kind<C>,
}

/// What a block is, which says what happens at its end: where there is nothing more to know, the workflow, a branch of a
/// group, an item of a parallel loop, or the chosen arm of a condition.
pub(crate) type Kind<C> = Option<Box<Inside<C>>>;

/// What is to be known of a block that is more than its nodes.
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

impl<C: 'static> Activation<C> {
    /// Nodes that run one after the other.
    pub(crate) fn block(block: &'static Block<C>, scope: ScopeId) -> Self {
        Self { block: Some(block), at: 0, scope, kind: None }
    }

    /// The same, where there is more to know.
    pub(crate) fn body(block: &'static Block<C>, scope: ScopeId, inside: Inside<C>) -> Self {
        Self { block: Some(block), at: 0, scope, kind: Some(Box::new(inside)) }
    }

    /// What is made of no nodes.
    pub(crate) fn of(scope: ScopeId, inside: Inside<C>) -> Self {
        Self { block: None, at: 0, scope, kind: Some(Box::new(inside)) }
    }

    /// The node that is next, or that is waited for.
    #[inline]
    pub(crate) fn node(&self) -> Option<&'static Node<C>> {
        self.block?.nodes.get(self.at as usize)
    }

    pub(crate) fn is_undo(&self) -> bool {
        matches!(self.kind.as_deref(), Some(Inside::Undo(_)))
    }
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
    pub(crate) fn new(group: Option<(FiberId, u32)>, base: Activation<C>) -> Self {
        Self { group, flight: None, stack: smallvec![base] }
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
        let handled = |at: &Activation<C>| match at.kind.as_deref() {
            Some(Inside::Child(child)) => child.node.catch.is_some(),
            Some(Inside::Body(body)) => body.node.catch.is_some(),
            _ => false,
        };
        !fatal && self.stack.iter().take(height).any(handled)
    }

    #[inline]
    pub(crate) fn scope(&self) -> ScopeId {
        self.stack.last().map_or(0, |top| top.scope)
    }

    fn inside(&mut self) -> Option<&mut Inside<C>> {
        self.stack.last_mut()?.kind.as_deref_mut()
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
