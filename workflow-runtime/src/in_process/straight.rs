//! Walks the straight way of a machine: calls one step after the other on the caller's task.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::{Context, Poll};

use crate::execute::{Event, FiberId, Machine, Plain};
use crate::step::error::panicked;
use crate::step::{BoxFuture, Returned};

use super::attempts::poll_contained;
use super::host::{InProcess, Surroundings};

/// A fiber on the straight way.
pub(super) struct Walk<'a, C: 'static> {
    on: Surroundings<'a, C>,
    fiber: FiberId,
    /// The step that waits.
    waits: Option<(Plain<C>, BoxFuture<'a, Returned>)>,
}

/// What came of a step that was to begin.
enum Begun<'a> {
    Ended(Returned),
    Waits(BoxFuture<'a, Returned>),
    /// A compensation for which there is nothing to undo.
    Nothing,
    /// Computing its input panicked.
    Refused(Box<dyn Any + Send>),
}

impl<'a, C: Send + Sync + 'static> Walk<'a, C> {
    pub(super) fn new(on: Surroundings<'a, C>, fiber: FiberId) -> Self {
        Self { on, fiber, waits: None }
    }

    /// Goes on until a step waits or the fiber has left the straight way. An event is one that happened beside the step
    /// that waits, which is in flight from then on.
    pub(super) fn poll(
        &mut self,
        machine: &mut Machine<C>,
        host: &mut InProcess<'a, C>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Event>> {
        // What happens beside the step that waits is looked at first, as on the long way.
        if self.waits.is_some()
            && let Some(event) = self.beside(machine, host, cx)
        {
            return Poll::Ready(Some(event));
        }
        if let Some((_, call)) = &mut self.waits {
            let Some(returned) = poll_contained(call, cx) else { return Poll::Pending };
            let Some((plain, _)) = self.waits.take() else { return Poll::Ready(None) };
            if !machine.plain_ended(self.fiber, plain, returned) {
                return Poll::Ready(None);
            }
        }
        while let Some(mut plain) = machine.next_plain(self.fiber) {
            match self.begin(machine, &mut plain, cx) {
                Begun::Ended(returned) => {
                    if !machine.plain_ended(self.fiber, plain, returned) {
                        break;
                    }
                }
                Begun::Waits(call) => {
                    self.waits = Some((plain, call));
                    return self.beside(machine, host, cx).map_or(Poll::Pending, |event| Poll::Ready(Some(event)));
                }
                Begun::Nothing => {}
                Begun::Refused(panic) => {
                    machine.refuse_plain(self.fiber, plain, &*panic);
                    break;
                }
            }
        }
        Poll::Ready(None)
    }

    /// Begins a step and polls it once. Panics are contained: those of the step, and those of the expression of its input.
    #[inline]
    fn begin(&self, machine: &Machine<C>, plain: &mut Plain<C>, cx: &mut Context<'_>) -> Begun<'a> {
        let mut begun = None;
        let polled = catch_unwind(AssertUnwindSafe(|| {
            begun = machine.begin_plain(plain, self.on.services, self.on.run);
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
    fn beside(&mut self, machine: &mut Machine<C>, host: &mut InProcess<'a, C>, cx: &mut Context<'_>) -> Option<Event> {
        if host.is_alone() {
            return None;
        }
        let Poll::Ready(event) = host.poll(cx) else { return None };
        let (plain, call) = self.waits.take()?;
        host.take_up(machine.take_off_plain(self.fiber, plain), call);
        Some(event)
    }
}
