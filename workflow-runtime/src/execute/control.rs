//! Stopping: cancellation, timeouts, and groups in which a branch failed.
//!
//! A stop starts nothing new and ends waits at once; steps that run settle or reach their own timeout. Only then is
//! anything undone, so that the rollback knows what there is to undo.

use super::fiber::{FiberId, Kind};
use super::machine::{FlightKind, Machine, Stop};
use super::nodes::Flow;
use super::op::{Issue, OpId};

/// What a fiber has to give up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Halt {
    /// Everything: what stops lies around it.
    Whole,
    /// The child workflow at this place of its stack, which timed out.
    Child(usize),
}

impl<C: 'static> Machine<C> {
    /// Stops the execution and rolls it back, unless there is no way back any more.
    pub(super) fn cancel(&mut self) {
        self.stop_all(Stop::Cancelled);
    }

    fn stop_all(&mut self, stop: Stop) {
        if self.past_pivot || self.stop.is_some() || self.end.is_some() {
            return;
        }
        self.stop = Some(stop);
        self.stopping += 1;
        self.stop_flights();
    }

    /// The pivot has succeeded: what was asked before comes too late.
    pub(super) fn pass_pivot(&mut self) {
        if !std::mem::replace(&mut self.past_pivot, true) {
            self.issue(Issue::PastPivot);
        }
        if self.stop.take().is_some() {
            self.stopping = self.stopping.saturating_sub(1);
        }
        for fiber in self.fibers.iter_mut().map(|(_, fiber)| fiber) {
            for activation in &mut fiber.stack {
                if let Kind::Child(child) = &mut activation.kind
                    && child.timed_out.take().is_some()
                {
                    self.stopping = self.stopping.saturating_sub(1);
                }
            }
        }
    }

    /// A deadline fired: that of the workflow, or of a child.
    pub(super) fn time_out(&mut self, fiber: FiberId, child: Option<usize>) -> Flow {
        if self.past_pivot {
            return Flow::Wait;
        }
        let Some(place) = child else {
            self.deadline = None;
            let at = self.whereabouts(|_| true);
            self.stop_all(Stop::TimedOut { at });
            return Flow::Wait;
        };
        let at = self.whereabouts(|inside| self.is_within(inside, fiber));
        if let Some(activation) = self.fibers.get_mut(fiber).and_then(|fiber| fiber.stack.get_mut(place))
            && let Kind::Child(child) = &mut activation.kind
        {
            child.deadline = None;
            child.timed_out = Some(at);
            self.stopping += 1;
        }
        // Where nobody handles it, it is going to end the groups around it too.
        let doomed = self.fibers.get(fiber).filter(|owner| !owner.is_caught(place + 1, false));
        let group = doomed.and_then(|owner| owner.group).map(|(group, _)| group);
        self.stop_groups(group, false);
        Flow::Wait
    }

    /// The node in which the execution is right now: the one that has been in flight longest.
    fn whereabouts(&self, inside: impl Fn(FiberId) -> bool) -> String {
        let mut flights = self.in_flight().into_iter().filter(|(_, fiber)| inside(*fiber));
        let path = flights.find_map(|(id, _)| Some(self.flight(id)?.kind.path()?.to_string()));
        path.unwrap_or_else(|| self.program.info.name.to_owned())
    }

    /// Whether a fiber is `ancestor`, or a branch below it.
    fn is_within(&self, fiber: FiberId, ancestor: FiberId) -> bool {
        let mut at = Some(fiber);
        while let Some(id) = at {
            if id == ancestor {
                return true;
            }
            at = self
                .fibers
                .get(id)
                .and_then(|fiber| fiber.group)
                .and_then(|(group, _)| Some(self.groups.get(group)?.owner));
        }
        false
    }

    /// What this fiber has to give up before it may go on; `None` almost always.
    pub(super) fn halt(&self, fiber: FiberId) -> Option<Halt> {
        if self.stopping == 0 {
            return None;
        }
        if self.stop.is_some() {
            return Some(Halt::Whole);
        }
        // A child that timed out says so, whatever else stops around it.
        if let Some(child) = self.timed_out_child(fiber) {
            return Some(Halt::Child(child));
        }
        let mut above = self.fibers.get(fiber)?.group;
        while let Some((id, _)) = above {
            let group = self.groups.get(id)?;
            if group.stopping || self.timed_out_child(group.owner).is_some() {
                return Some(Halt::Whole);
            }
            above = self.fibers.get(group.owner)?.group;
        }
        None
    }

    /// The outermost child workflow of a fiber that timed out.
    fn timed_out_child(&self, fiber: FiberId) -> Option<usize> {
        let stack = &self.fibers.get(fiber)?.stack;
        stack.iter().position(|activation| matches!(&activation.kind, Kind::Child(child) if child.timed_out.is_some()))
    }

    /// Ends the waits, and the hope for further attempts, of every fiber that has to halt.
    pub(super) fn stop_flights(&mut self) {
        for (id, fiber) in self.in_flight() {
            if self.halt(fiber).is_some() {
                self.stop_flight(id, fiber);
            }
        }
    }

    fn stop_flight(&mut self, id: OpId, fiber: FiberId) {
        match self.flight(id).map(|flight| &flight.kind) {
            Some(FlightKind::Step(..)) => self.issue(Issue::Settle(id)),
            Some(FlightKind::Sleep(_) | FlightKind::Signal(..)) => {
                self.withdraw(id);
                self.ready.push_back(fiber);
            }
            // Compensations are shielded, and a deadline ends with what it belongs to.
            Some(FlightKind::Undo(..) | FlightKind::UndoNode(..) | FlightKind::Deadline(_)) | None => {}
        }
    }
}
