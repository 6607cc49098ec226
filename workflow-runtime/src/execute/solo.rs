//! The fast path: a step that has the whole execution to itself.
//!
//! Most steps begin while nothing else is ready or in flight. Such a step needs no entry among the operations in flight
//! until it turns out that it has to wait, and no queue between machine and host. What happens, and in which order, is
//! the same as on the long way.

use crate::graph::{ScopeId, StepNode};
use crate::step::{Argument, Call, Retry, Settlement, StepInfo};

use super::fiber::{Cause, FiberId};
use super::log::Again;
use super::machine::{FlightKind, Machine};
use super::nodes::Flow;
use super::op::{NodePath, OpId};

/// What has the execution to itself and no policy to obey.
pub(crate) struct Solo<C: 'static> {
    fiber: FiberId,
    pub(crate) path: NodePath,
    what: What<C>,
}

enum What<C: 'static> {
    /// A step in this scope. Its input is computed when it begins, and is not recorded.
    Step(&'static StepNode<C>, ScopeId),
    /// A compensation of a rollback.
    Undo(Again<C>),
}

impl<C: 'static> Solo<C> {
    pub(crate) fn is_compensation(&self) -> bool {
        matches!(self.what, What::Undo(_))
    }

    /// What begins it.
    pub(crate) fn call(&self) -> Call<C> {
        match &self.what {
            What::Step(node, _) => node.def.call,
            What::Undo(again) => again.def.call,
        }
    }
}

/// Whether there is nothing to do but to call it once. What begins beside a pivot is the machine's concern.
#[inline]
fn is_plain(info: &StepInfo) -> bool {
    info.retry == Retry::Attempts(1) && info.timeout.is_none() && !info.pivot
}

impl<C: 'static> Machine<C> {
    /// Whether what begins now has the execution to itself.
    #[inline]
    fn is_quiet(&self) -> bool {
        self.inline && self.ready.is_empty() && self.is_idle()
    }

    /// Lets a step begin on the fast path, if it may.
    #[inline]
    pub(super) fn solo_step(&mut self, fiber: FiberId, node: &'static StepNode<C>, scope: ScopeId) -> bool {
        let may = self.is_quiet() && is_plain(&node.def.info);
        if may {
            let path = self.path(scope, &node.path);
            self.solo = Some(Solo { fiber, path, what: What::Step(node, scope) });
        }
        may
    }

    /// The same for a compensation of a rollback, which is given back otherwise.
    pub(super) fn solo_undo(&mut self, fiber: FiberId, again: Again<C>) -> Result<(), Again<C>> {
        if !self.is_quiet() || !is_plain(&again.def.info) {
            return Err(again);
        }
        self.solo = Some(Solo { fiber, path: again.path.clone(), what: What::Undo(again) });
        Ok(())
    }

    /// What may begin on the fast path.
    #[inline]
    pub(crate) fn take_solo(&mut self) -> Option<Solo<C>> {
        self.solo.take()
    }

    /// Gives `begin` the input. An error is that of the pure expression that computes it.
    // Mutable, because a machine cannot be shared among threads while its future waits.
    pub(crate) fn lend(&mut self, solo: &Solo<C>, mut begin: impl FnMut(&Solo<C>, Argument<'_>)) -> Result<(), Cause> {
        match &solo.what {
            What::Step(node, scope) => {
                self.contain(&node.path, *scope, |env| (node.lend)(env, &mut |input| begin(solo, input)))
            }
            What::Undo(again) => {
                begin(solo, Argument::Recorded(again.input.clone()));
                Ok(())
            }
        }
    }

    /// It did not begin: its input could not be computed.
    pub(crate) fn solo_refused(&mut self, solo: &Solo<C>, cause: Cause) {
        let flow = self.fail(solo.fiber, cause);
        self.wake(solo.fiber, flow);
    }

    /// It ended at once: the fiber goes on.
    #[inline]
    pub(crate) fn solo_settled(&mut self, solo: Solo<C>, settlement: Settlement) {
        let Solo { fiber, path, what } = solo;
        let flow = match what {
            What::Step(node, _) => self.step_settled(fiber, node, path, 1, settlement),
            What::Undo(again) => self.undo_settled(fiber, again, 1, settlement),
        };
        if matches!(flow, Flow::Next) {
            self.run(fiber);
        }
    }

    /// It has to wait: from now on it is an operation in flight like any other.
    pub(crate) fn solo_waits(&mut self, solo: Solo<C>) -> OpId {
        let Solo { fiber, path, what } = solo;
        let kind = match what {
            What::Step(node, _) => FlightKind::Step(node, path),
            What::Undo(again) => FlightKind::Undo(again),
        };
        self.take_off(fiber, kind)
    }
}
