//! The host boundary and the loop that drives a machine on a host.

use std::future::Future;

use futures_util::future::Either;

use super::fiber::FiberId;
use super::machine::{Machine, Next};
use super::op::{Event, Issue, Operation};

/// What does the work of a machine: in process, on a store, or inside another engine.
pub(crate) trait Host<C: 'static> {
    /// Takes note of an issue. Called in a deterministic order; begun operations run on while `next` waits.
    fn issue(&mut self, issue: Issue<C>);

    /// The next completion, or a request to cancel; `None` when the host stops driving for now.
    async fn next(&mut self) -> Option<Event>;

    /// Takes a fiber the straight way as far as it goes, or until something happens beside it. Only called for machines
    /// that are [`inline`](Machine::inline).
    async fn go_straight(&mut self, machine: &mut Machine<C>, fiber: FiberId) -> Option<Event> {
        machine.leave_straight(fiber);
        None
    }

    /// Begins the step that a fiber is at, beside others in flight. Only called for machines that are
    /// [`inline`](Machine::inline).
    fn begin_beside(&mut self, machine: &mut Machine<C>, fiber: FiberId) {
        machine.leave_straight(fiber);
    }

    /// Begins an operation with nothing but deadlines in flight beside it, and waits for the next event: a host may run
    /// it inline.
    // Not an `async fn`, whose future would hold the operation as long as it waits.
    fn solo(&mut self, operation: Operation<C>) -> impl Future<Output = Option<Event>> {
        self.issue(Issue::Begin(operation));
        self.next()
    }
}

/// Runs the machine to its end, or until the host stops.
#[expect(clippy::manual_async_fn, reason = "the future of an `async fn` holds its arguments twice")]
pub(crate) fn drive<C: 'static, H: Host<C>>(machine: &mut Machine<C>, host: &mut H) -> impl Future<Output = ()> {
    async move {
        loop {
            while let Some(fiber) = feed(machine, host) {
                if let Some(event) = host.go_straight(machine, fiber).await {
                    machine.apply(event);
                }
            }
            let Some(event) = wait(machine, host) else { return };
            match event.await {
                Some(event) => machine.apply(event),
                None => return,
            }
        }
    }
}

/// Gives the host what the machine issues, until every fiber waits, or one is to go the straight way. An operation that
/// is the only one stays with the machine.
fn feed<C: 'static, H: Host<C>>(machine: &mut Machine<C>, host: &mut H) -> Option<FiberId> {
    let mut only = None;
    while let Some(next) = machine.next() {
        if let Some(operation) = only.take() {
            host.issue(Issue::Begin(operation));
        }
        match next {
            Next::Straight(fiber) => return Some(fiber),
            Next::Beside(fiber) => host.begin_beside(machine, fiber),
            Next::Issue(Issue::Begin(operation)) if machine.is_alone(&operation) => only = Some(operation),
            Next::Issue(issue) => host.issue(issue),
        }
    }
    if let Some(operation) = only {
        machine.keep(operation);
    }
    None
}

/// Waits for an event; `None` when the machine is finished.
fn wait<'h, C: 'static, H: Host<C>>(
    machine: &mut Machine<C>,
    host: &'h mut H,
) -> Option<impl Future<Output = Option<Event>> + use<'h, C, H>> {
    if machine.is_finished() {
        return None;
    }
    Some(match machine.rest() {
        Some(operation) => Either::Left(host.solo(operation)),
        None => Either::Right(host.next()),
    })
}
