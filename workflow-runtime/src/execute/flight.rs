//! The operations in flight: each belongs to the fiber that waits for it.

use std::num::NonZero;
use std::time::Duration;

use crate::graph::{Node, Scopes, SignalNode, StepNode};

use super::fiber::{Fiber, FiberId, Inside};
use super::log::Again;
use super::machine::Machine;
use super::op::{Issue, NodePath, Op, OpId, Operation};
use super::stack::Activation;
use super::undo_node::TakenOff;

/// An operation that has come to its end.
pub(super) enum Landed<C: 'static> {
    Step(&'static StepNode<C>),
    /// A compensation of a rollback.
    Undo(Box<Again<C>>),
    /// A compensation that the workflow itself asked for.
    UndoNode(Box<TakenOff<C>>),
    Sleep,
    Signal(&'static SignalNode),
    /// The timeout of the workflow, or of the child at this place of the fiber's stack.
    Deadline(Option<u32>),
}

impl<C: 'static> Machine<C> {
    /// Issues an operation for a fiber.
    pub(super) fn begin(&mut self, fiber: FiberId, path: NodePath, op: Op<C>) {
        let id = self.take_off(fiber);
        self.issue(Issue::Begin(Operation { id, path, op }));
    }

    /// Issues the timeout of the workflow, or of the child at this place of a fiber's stack: a fiber that only waits.
    pub(super) fn begin_deadline(
        &mut self,
        of: FiberId,
        path: NodePath,
        timeout: Duration,
        child: Option<u32>,
    ) -> OpId {
        let waits = Activation::of(Scopes::OF_WORKFLOW, Inside::Deadline { of, child });
        let fiber = self.fibers.insert(Fiber::new(None, waits));
        let id = self.number(fiber);
        self.issue(Issue::Begin(Operation { id, path, op: Op::Deadline(timeout) }));
        id
    }

    /// Puts the operation at which a fiber is in flight.
    pub(super) fn take_off(&mut self, fiber: FiberId) -> OpId {
        self.busy += 1;
        self.number(fiber)
    }

    fn number(&mut self, fiber: FiberId) -> OpId {
        let number = NonZero::new(self.generation.wrapping_add(1)).unwrap_or(NonZero::<u32>::MIN);
        self.generation = number.get();
        if let Some(fiber) = self.fibers.get_mut(fiber) {
            fiber.flight = Some(number);
        }
        OpId { key: fiber, generation: number.get() }
    }

    /// Whether nothing but deadlines is in flight, and nothing is about to be.
    #[inline]
    pub(super) fn is_idle(&self) -> bool {
        self.busy == 0 && !self.has_issues()
    }

    /// Whether nothing but deadlines is in flight beside this operation.
    pub(crate) fn is_alone(&self, operation: &Operation<C>) -> bool {
        self.busy == 1 && !matches!(operation.op, Op::Deadline(_))
    }

    /// The fiber that waits for this operation; `None` when it was withdrawn before.
    fn waiting(&mut self, id: OpId) -> Option<&mut Fiber<C>> {
        let fiber = self.fibers.get_mut(id.key)?;
        fiber.flight.is_some_and(|flight| flight.get() == id.generation).then_some(fiber)
    }

    /// Takes an operation out of flight, with the fiber that waits for it; `None` for one that was withdrawn before.
    pub(super) fn land(&mut self, id: OpId) -> Option<(FiberId, Landed<C>)> {
        let fiber = self.waiting(id)?;
        fiber.flight = None;
        let top = fiber.stack.last_mut()?;
        let landed = match top.inside_mut() {
            None | Some(Inside::Body(_) | Inside::Child(_)) => match top.node()? {
                Node::Step(node) => Landed::Step(node),
                Node::Signal(node) => Landed::Signal(node),
                _ => Landed::Sleep,
            },
            Some(Inside::Undo(undoing)) => Landed::Undo(undoing.current.take()?),
            Some(Inside::UndoNode(_)) => match fiber.stack.pop()?.inside? {
                Inside::UndoNode(undone) => Landed::UndoNode(undone),
                _ => return None,
            },
            Some(Inside::Deadline { of, child }) => {
                let landed = (*of, Landed::Deadline(*child));
                self.fibers.try_remove(id.key);
                return Some(landed);
            }
            Some(Inside::Group(_)) => return None,
        };
        self.busy = self.busy.saturating_sub(1);
        Some((id.key, landed))
    }

    /// Lets nobody wait for this operation any more.
    pub(super) fn withdraw(&mut self, id: OpId) {
        if self.land(id).is_some() {
            self.issue(Issue::Withdraw(id));
        }
    }

    /// The operations in flight beside deadlines, oldest first.
    pub(super) fn in_flight(&self) -> Vec<OpId> {
        let flights = self.fibers.iter().filter_map(|(key, fiber)| {
            let is_deadline = |top: &Activation<C>| matches!(top.inside(), Some(Inside::Deadline { .. }));
            let flight = fiber.flight.filter(|_| !fiber.stack.last().is_some_and(is_deadline))?;
            Some(OpId { key, generation: flight.get() })
        });
        let mut flights: Vec<_> = flights.collect();
        flights.sort_by_key(|id| id.generation);
        flights
    }

    /// The node that a fiber waits for, unless that is a compensation.
    pub(super) fn node_in_flight(&self, fiber: FiberId) -> Option<&'static Node<C>> {
        let fiber = self.fibers.get(fiber)?;
        fiber.flight?;
        fiber.stack.last()?.node()
    }

    /// Where the execution is with this in flight.
    pub(super) fn flight_path(&self, id: OpId) -> Option<NodePath> {
        let top = self.fibers.get(id.key)?.stack.last()?;
        match top.inside() {
            Some(Inside::Undo(undoing)) => undoing.current.as_ref().map(|again| again.path()),
            Some(Inside::UndoNode(undone)) => Some(self.path(top.scope, &undone.node.path)),
            _ => Some(self.path(top.scope, top.node()?.path()?)),
        }
    }
}
