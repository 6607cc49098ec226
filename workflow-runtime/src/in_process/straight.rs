//! Walks the straight way of a machine: calls one step after the other on the caller's task.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::{Context, Poll};

use crate::execute::{Event, FiberId, Machine, Plain};
use crate::step::error::panicked;
use crate::step::{BoxFuture, Returned};

use super::attempts::poll_contained;
use super::host::InProcess;

/// What came of a step that was to begin.
enum Begun<'a> {
    Ended(Returned),
    Waits(BoxFuture<'a, Returned>),
    /// A compensation for which there is nothing to undo.
    Nothing,
    /// Computing its input panicked.
    Refused(Box<dyn Any + Send>),
}

impl<'a, C: Send + Sync + 'static> InProcess<'a, C> {
    /// Goes on until a step waits or the fiber has left the straight way. An event is one that happened beside the step
    /// that waits, which is in flight from then on.
    pub(super) fn walk(
        &mut self,
        machine: &mut Machine<C>,
        fiber: FiberId,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Event>> {
        // What happens beside the step that waits is looked at first, as on the long way.
        if self.waits.is_some()
            && let Some(event) = self.beside(machine, fiber, cx)
        {
            return Poll::Ready(Some(event));
        }
        let mut next = match &mut self.waits {
            None => machine.next_plain(fiber),
            Some((_, call)) => {
                let Some(returned) = poll_contained(call, cx) else { return Poll::Pending };
                let Some((plain, _)) = self.waits.take() else { return Poll::Ready(None) };
                machine.plain_ended(fiber, plain, returned)
            }
        };
        while let Some(mut plain) = next {
            next = match self.begin_plain(machine, &mut plain, cx) {
                Begun::Ended(returned) => machine.plain_ended(fiber, plain, returned),
                Begun::Waits(call) => {
                    self.waits = Some((plain, call));
                    return self.beside(machine, fiber, cx).map_or(Poll::Pending, |event| Poll::Ready(Some(event)));
                }
                Begun::Nothing => machine.next_plain(fiber),
                Begun::Refused(panic) => {
                    machine.refuse_plain(fiber, plain, &*panic);
                    None
                }
            };
        }
        Poll::Ready(None)
    }

    /// Begins the step that a fiber is at. It runs on with everything else in flight.
    pub(super) fn step_beside(&mut self, machine: &mut Machine<C>, fiber: FiberId) {
        while let Some(mut plain) = machine.next_plain(fiber) {
            let begun = AssertUnwindSafe(|| machine.begin_plain(&mut plain, self.around.services, &self.around.run));
            match catch_unwind(begun) {
                Ok(Some(call)) => {
                    let id = machine.take_off_plain(fiber, plain);
                    return self.take_up(id, call, machine.waiting_to_run());
                }
                // A compensation for which there is nothing to undo.
                Ok(None) => {}
                Err(panic) => return machine.refuse_plain(fiber, plain, &*panic),
            }
        }
    }

    /// Begins a step and polls it once. Panics are contained: those of the step, and those of the expression of its input.
    #[inline]
    fn begin_plain(&self, machine: &mut Machine<C>, plain: &mut Plain<C>, cx: &mut Context<'_>) -> Begun<'a> {
        let mut begun = None;
        let polled = catch_unwind(AssertUnwindSafe(|| {
            begun = machine.begin_plain(plain, self.around.services, &self.around.run);
            begun.as_mut().map(|call| call.as_mut().poll(cx))
        }));
        match (polled, begun) {
            (Ok(Some(Poll::Ready(returned))), _) => Begun::Ended(returned),
            (Ok(Some(Poll::Pending)), Some(call)) => Begun::Waits(call),
            (Ok(_), _) => Begun::Nothing,
            (Err(panic), Some(_)) => Begun::Ended(Returned::failed(panicked(&*panic))),
            (Err(panic), None) => Begun::Refused(panic),
        }
    }

    /// What happened beside the step that waits, which is in flight from then on.
    #[inline]
    fn beside(&mut self, machine: &mut Machine<C>, fiber: FiberId, cx: &mut Context<'_>) -> Option<Event> {
        if self.is_alone() { None } else { self.look_beside(machine, fiber, cx) }
    }

    // On its own, because most steps have nothing beside them.
    #[inline(never)]
    fn look_beside(&mut self, machine: &mut Machine<C>, fiber: FiberId, cx: &mut Context<'_>) -> Option<Event> {
        let Poll::Ready(event) = self.poll(cx) else { return None };
        let (plain, call) = self.waits.take()?;
        self.take_up(machine.take_off_plain(fiber, plain), call, 0);
        Some(event)
    }
}
