//! The straight way: a fiber that has the execution to itself goes from step to step, and nobody keeps books about it.
//!
//! Most steps begin while nothing else is ready or in flight. Nothing can come between such steps, so that what the long
//! way does for each of them is done once for all: looking for what may run, asking whether it has to halt, numbering the
//! operation, queueing it for the host and its event for the machine. The host calls one step after the other, and comes
//! back when a node is not for this way, or when something happens beside a step that waits; that step is then an
//! operation in flight like any other.
//!
//! What happens, and in which order, is what the long way does, in `steps.rs` and `rollback.rs`; the two share what a
//! result means. The property test runs every graph both ways.

use std::any::Any;
use std::borrow::Cow;
use std::sync::Arc;

use crate::data::Recorded;
use crate::execution::RunInfo;
use crate::graph::{Node, PureEval, ScopeId, StepNode};
use crate::step::error::panicked;
use crate::step::{Attempt, BoxFuture, Ending, Returned};

use super::fiber::{FiberId, Inside};
use super::log::{Again, Done, Entry};
use super::machine::Machine;
use super::nodes::Flow;
use super::op::OpId;
use super::rollback::Undoing;

/// What is next on the straight way: a step or a compensation without policies.
pub(crate) enum Plain<C: 'static> {
    /// A step in this scope, which computes its input as it begins.
    Step(&'static StepNode<C>, ScopeId),
    /// What undoes a step whose output is kept in the workflow's scope.
    UndoKept(&'static StepNode<C>),
    /// What undoes any other step.
    Undo(Box<Done<C>>),
}

impl<C: 'static> Plain<C> {
    /// Where the step is that it runs or undoes.
    #[inline]
    fn path(&self) -> Cow<'static, str> {
        match self {
            Self::Step(node, _) | Self::UndoKept(node) => Cow::Borrowed(&node.path),
            Self::Undo(done) => done.path().written(),
        }
    }

    /// The compensation, as one that is in flight.
    fn again(self) -> Again<C> {
        let (node, prefix) = match self {
            Self::Step(node, _) | Self::UndoKept(node) => (node, None),
            Self::Undo(done) => (done.node, done.prefix),
        };
        Again { node, prefix, input: None }
    }
}

/// Begins what undoes a step; `None` when there is nothing to tell it.
#[inline]
fn begin_undo<'a, C: 'static>(
    node: &'static StepNode<C>,
    prefix: Option<Arc<str>>,
    (ending, payload): (Ending, Option<Recorded>),
    services: &'a C,
    run: &'a RunInfo,
) -> Option<BoxFuture<'a, Returned>> {
    let undo = node.def.undo.as_ref()?;
    let attempt = Attempt { run, prefix, path: &node.path, attempt: 1, compensating: true };
    (undo.begin)(services, attempt, ending, payload)
}

impl<C: 'static> Entry<C> {
    /// Whether the straight way can undo it.
    #[inline]
    pub(super) fn is_plain(&self) -> bool {
        let node = match self {
            Self::Kept(node) => node,
            Self::Step(done) => done.node,
            _ => return false,
        };
        node.def.undo.as_ref().is_some_and(|undo| undo.info.is_plain())
    }
}

impl<C: 'static> Undoing<C> {
    /// Takes what is next off the log, if the straight way can undo it.
    #[inline]
    fn next_plain(&mut self) -> Option<Plain<C>> {
        if !self.entries.last()?.is_plain() {
            return None;
        }
        match self.entries.pop()? {
            Entry::Kept(node) => Some(Plain::UndoKept(node)),
            Entry::Step(done) => Some(Plain::Undo(done)),
            _ => None,
        }
    }
}

impl<C: 'static> Machine<C> {
    /// The fiber goes on the long way.
    pub(crate) fn leave_straight(&mut self, fiber: FiberId) {
        self.wake(fiber, Flow::Next);
    }

    /// What a fiber does next, once the expressions before it are computed; `None` when it left the straight way.
    #[inline]
    pub(crate) fn next_plain(&mut self, id: FiberId) -> Option<Plain<C>> {
        loop {
            let top = self.fibers.get_mut(id)?.stack.last_mut()?;
            if let Some(Inside::Undo(undoing)) = top.inside_mut() {
                let next = undoing.next_plain();
                if next.is_none() {
                    self.leave_straight(id);
                }
                return next;
            }
            let scope = top.scope;
            match top.node() {
                Some(Node::Step(node)) if node.def.info.is_plain() => return Some(Plain::Step(node, scope)),
                Some(Node::Forward { from, to }) => {
                    self.forward(id, *from, *to, scope);
                }
                Some(Node::Pure(node)) if matches!(node.eval, PureEval::Plain(_)) => {
                    if !matches!(self.pure(id, node, scope), Flow::Next) {
                        return None;
                    }
                }
                _ => {
                    self.leave_straight(id);
                    return None;
                }
            }
        }
    }

    /// Begins it. `None` when there is nothing to begin.
    #[inline]
    pub(crate) fn begin_plain<'a>(
        &mut self,
        plain: &mut Plain<C>,
        services: &'a C,
        run: &'a RunInfo,
    ) -> Option<BoxFuture<'a, Returned>> {
        match plain {
            Plain::Step(node, scope) => {
                let prefix = self.scopes.prefix(*scope).cloned();
                let attempt = Attempt { run, prefix, path: &node.path, attempt: 1, compensating: false };
                Some(node.input.begin(&self.scopes.view(*scope), services, attempt))
            }
            Plain::UndoKept(node) => {
                let payload = self.kept(node);
                begin_undo(node, None, (Ending::Done, payload), services, run)
            }
            Plain::Undo(done) => {
                let heard = (done.ending, done.payload.take());
                begin_undo(done.node, done.prefix.clone(), heard, services, run)
            }
        }
    }

    /// It did not begin, because computing its input panicked.
    pub(crate) fn refuse_plain(&mut self, fiber: FiberId, plain: Plain<C>, panic: &(dyn Any + Send)) {
        let flow = match plain {
            Plain::Step(node, scope) => {
                let cause = self.panicked(&node.path, scope, panic);
                self.fail(fiber, cause)
            }
            undo => self.undo_settled(fiber, undo.again(), 1, Returned::failed(panicked(panic))),
        };
        self.wake(fiber, flow);
    }

    /// It has ended; gives what is next on this way, as [`next_plain`](Self::next_plain) does.
    pub(crate) fn plain_ended(&mut self, fiber: FiberId, plain: Plain<C>, returned: Returned) -> Option<Plain<C>> {
        let flow = match plain {
            Plain::Step(node, scope) => match returned.into_plain() {
                Ok(output) => self.step_succeeded(fiber, scope, node, output),
                Err(settlement) => self.step_told(fiber, node, 1, settlement),
            },
            undo if returned.is_plain() => self.undone(undo.path()),
            undo => self.undo_settled(fiber, undo.again(), 1, returned),
        };
        match flow {
            Flow::Next if self.is_idle() => self.next_plain(fiber),
            Flow::Next => {
                self.leave_straight(fiber);
                None
            }
            Flow::Wait => None,
        }
    }

    /// It has to wait, and something happens beside it: from now on it is in flight like any other.
    pub(crate) fn take_off_plain(&mut self, fiber: FiberId, plain: Plain<C>) -> OpId {
        if !matches!(plain, Plain::Step(..))
            && let Some(undoing) = self.undoing(fiber)
        {
            undoing.current = Some(Box::new(plain.again()));
        }
        self.take_off(fiber)
    }
}
