//! The host boundary and the loop that drives a machine on a host.

use std::future::poll_fn;
use std::task::{Context, Poll};

use crate::step::{Argument, Settlement};

use super::machine::Machine;
use super::op::{Event, Issue, OpId, Operation};
use super::solo::Solo;

/// What does the work of a machine: in process, on a store, or inside another engine.
pub(crate) trait Host<C: 'static> {
    /// Takes note of an issue. Called in a deterministic order; begun operations run on while `next` waits.
    fn issue(&mut self, issue: Issue<C>);

    /// The next completion, or a request to cancel; `None` when the host stops driving for now.
    async fn next(&mut self) -> Option<Event>;

    /// Begins a step on the fast path, and says how it ended if it did so at once. Only called for machines that are
    /// [`inline`](Machine::inline).
    fn at_once(&mut self, solo: &Solo<C>, input: Argument<'_>, cx: &mut Context<'_>) -> Option<Settlement> {
        let _ = (solo, input, cx);
        Some(Settlement::failed(anyhow::anyhow!("this host has no fast path")))
    }

    /// What began on the fast path waits: from now on it is this operation.
    fn waits(&mut self, id: OpId) {
        let _ = id;
    }

    /// Begins an operation with nothing but deadlines in flight beside it, and waits for the next event: the host may
    /// run it inline.
    async fn solo(&mut self, operation: Operation<C>) -> Option<Event>;
}

/// Runs the machine to its end, or until the host stops.
pub(crate) async fn drive<C: 'static, H: Host<C>>(machine: &mut Machine<C>, host: &mut H) {
    loop {
        machine.advance();
        while let Some(solo) = machine.take_solo() {
            let mut settled = None;
            let begun =
                poll_fn(|cx| Poll::Ready(machine.lend(&solo, |solo, input| settled = host.at_once(solo, input, cx))));
            match (begun.await, settled) {
                (Ok(()), Some(settlement)) => machine.solo_settled(solo, settlement),
                (Ok(()), None) => host.waits(machine.solo_waits(solo)),
                (Err(cause), _) => machine.solo_refused(&solo, cause),
            }
            machine.advance();
        }
        let mut solo = None;
        while let Some(issue) = machine.next_issue() {
            match issue {
                Issue::Begin(operation) if machine.is_alone(&operation) => solo = Some(operation),
                issue => host.issue(issue),
            }
        }
        if machine.is_finished() {
            return;
        }
        let event = match solo {
            Some(operation) => host.solo(operation).await,
            None => host.next().await,
        };
        match event {
            Some(event) => machine.apply(event),
            None => return,
        }
    }
}
