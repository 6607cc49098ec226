//! Fibers: what runs one thing after the other. The workflow is one; a group has one for each branch.

use std::fmt;
use std::sync::Arc;
use std::vec;

use crate::data::Recorded;
use crate::graph::{ChildNode, LoopNode, Node, ScopeId};

use super::log::Entry;
use super::op::OpId;
use super::rollback::Undoing;

pub(crate) type FiberId = u32;
pub(crate) type GroupId = usize;

/// A line of execution: where it is, and what it has done.
pub(crate) struct Fiber<C: 'static> {
    /// The group it belongs to, and its number there; `None` for the workflow itself.
    pub(crate) group: Option<(GroupId, usize)>,
    pub(crate) stack: Stack<C>,
    pub(crate) log: Vec<Entry<C>>,
}

/// The blocks in progress, from the outside to the inside. Most fibers are in one, which lives here; the others are on
/// their own.
pub(crate) struct Stack<C: 'static> {
    base: Option<Activation<C>>,
    above: Option<Box<Above<C>>>,
}

struct Above<C: 'static>(Vec<Activation<C>>);

impl<C: 'static> Stack<C> {
    fn new(base: Activation<C>) -> Self {
        Self { base: Some(base), above: None }
    }

    #[inline]
    pub(crate) fn last(&self) -> Option<&Activation<C>> {
        self.above.as_ref().and_then(|above| above.0.last()).or(self.base.as_ref())
    }

    #[inline]
    pub(crate) fn last_mut(&mut self) -> Option<&mut Activation<C>> {
        match &mut self.above {
            Some(above) if !above.0.is_empty() => above.0.last_mut(),
            _ => self.base.as_mut(),
        }
    }

    pub(crate) fn get_mut(&mut self, place: usize) -> Option<&mut Activation<C>> {
        match place.checked_sub(1) {
            None => self.base.as_mut(),
            Some(place) => self.above.as_mut()?.0.get_mut(place),
        }
    }

    pub(crate) fn push(&mut self, activation: Activation<C>) {
        if self.base.is_none() {
            self.base = Some(activation);
            return;
        }
        self.above.get_or_insert_with(|| Box::new(Above(Vec::new()))).0.push(activation);
    }

    pub(crate) fn pop(&mut self) -> Option<Activation<C>> {
        self.above.as_mut().and_then(|above| above.0.pop()).or_else(|| self.base.take())
    }

    pub(crate) fn len(&self) -> usize {
        self.iter().count()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Activation<C>> {
        self.base.iter().chain(self.above.iter().flat_map(|above| &above.0))
    }
}

/// A block in progress.
pub(crate) struct Activation<C: 'static> {
    pub(crate) nodes: &'static [Node<C>],
    pub(crate) at: u32,
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
        Self { group, stack: Stack::new(base), log: Vec::new() }
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
