//! The host boundary and the loop that drives a machine on a host.

use std::future::Future;

use futures_util::future::Either;

use super::fiber::FiberId;
use super::machine::Machine;
use super::op::{Event, Issue, Operation};

/// What does the work of a machine: in process, on a store, or inside another engine.
pub(crate) trait Host<C: 'static> {
    /// Takes note of an issue. Called in a deterministic order; begun operations run on while `next` waits.
    fn issue(&mut self, issue: Issue<C>);

    /// Is told how many issues come now, before the first of them.
    fn expect(&mut self, issues: usize) {
        let _ = issues;
    }

    /// The next completion, or a request to cancel; `None` when the host stops driving for now.
    async fn next(&mut self) -> Option<Event>;

    /// Takes a fiber the straight way as far as it goes, or until something happens beside it. Only called for machines
    /// that are [`inline`](Machine::inline).
    async fn go_straight(&mut self, machine: &mut Machine<C>, fiber: FiberId) -> Option<Event> {
        machine.leave_straight(fiber);
        None
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
pub(crate) async fn drive<C: 'static, H: Host<C>>(machine: &mut Machine<C>, host: &mut H) {
    loop {
        machine.advance();
        while let Some(fiber) = machine.straight.take() {
            if let Some(event) = host.go_straight(machine, fiber).await {
                machine.apply(event);
            }
            machine.advance();
        }
        let Some(event) = issue(machine, host) else { return };
        match event.await {
            Some(event) => machine.apply(event),
            None => return,
        }
    }
}

/// Gives the host what the machine has issued, and then waits for an event; `None` when the machine is finished.
fn issue<'h, C: 'static, H: Host<C>>(
    machine: &mut Machine<C>,
    host: &'h mut H,
) -> Option<impl Future<Output = Option<Event>> + use<'h, C, H>> {
    host.expect(machine.issued());
    let mut solo = None;
    while let Some(issue) = machine.next_issue() {
        match issue {
            Issue::Begin(operation) if machine.is_alone(&operation) => solo = Some(operation),
            issue => host.issue(issue),
        }
    }
    if machine.is_finished() {
        return None;
    }
    Some(match solo {
        Some(operation) => Either::Left(host.solo(operation)),
        None => Either::Right(host.next()),
    })
}
