//! Stopping: cancellation, timeouts, and groups in which a branch failed.
//!
//! A stop starts nothing new and ends waits at once; steps that run settle or reach their own timeout. Only then is
//! anything undone, so that the rollback knows what there is to undo.

use crate::graph::Node;

use super::end::Stop;
use super::fiber::{FiberId, Inside};
use super::machine::Machine;
use super::nodes::Flow;
use super::op::{Issue, OpId};
use super::stack::Activation;

/// What wants to stop the execution, or a part of it.
#[derive(Debug)]
pub(crate) enum Undecided {
    Cancel,
    /// The workflow timed out while it was at this node.
    TimeOut {
        at: String,
    },
    /// The child at this place of a fiber's stack timed out.
    ChildTimeOut {
        id: OpId,
        fiber: FiberId,
        place: usize,
        at: String,
    },
}

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
        self.want(Undecided::Cancel);
    }

    /// A deadline fired: that of the workflow, or of a child.
    pub(super) fn time_out(&mut self, id: OpId, fiber: FiberId, child: Option<usize>) -> Flow {
        match child {
            None => {
                self.aside().deadline = None;
                let at = self.whereabouts(|_| true);
                self.want(Undecided::TimeOut { at });
            }
            Some(place) => {
                let at = self.whereabouts(|inside| self.is_within(inside, fiber));
                self.want(Undecided::ChildTimeOut { id, fiber, place, at });
            }
        }
        Flow::Wait
    }

    /// Stops, now or when the pivots in flight have failed. Meanwhile nothing begins, but waits and retries go on,
    /// because the workflow goes on with them if a pivot succeeds.
    fn want(&mut self, stop: Undecided) {
        if self.past_pivot {
            return;
        }
        if self.pivots == 0 {
            return self.stop_for(stop);
        }
        self.aside().undecided.push(stop);
        for id in self.in_flight() {
            if matches!(self.node_in_flight(id.key), Some(Node::Step(node)) if node.def.info.pivot) {
                self.issue(Issue::Settle(id));
            }
        }
    }

    fn stop_for(&mut self, stop: Undecided) {
        match stop {
            Undecided::Cancel => {
                self.issue(Issue::Stopping);
                self.stop_all(Stop::Cancelled);
            }
            Undecided::TimeOut { at } => self.stop_all(Stop::TimedOut { at }),
            Undecided::ChildTimeOut { id, fiber, place, at } => self.stop_child(id, fiber, place, at),
        }
    }

    fn stop_all(&mut self, stop: Stop) {
        if self.is_stopped() || self.end.is_some() {
            return;
        }
        self.aside().stop = Some(stop);
        self.stopping += 1;
        self.stop_flights();
    }

    /// A child timed out, unless it has ended since.
    fn stop_child(&mut self, id: OpId, fiber: FiberId, place: usize, at: String) {
        if let Some(activation) = self.fibers.get_mut(fiber).and_then(|fiber| fiber.stack.get_mut(place))
            && let Some(Inside::Child(child)) = activation.inside_mut()
            && child.deadline == Some(id)
        {
            child.deadline = None;
            child.timed_out = Some(at);
            self.stopping += 1;
        } else {
            return;
        }
        // Where nobody handles it, it is going to end the groups around it too.
        let doomed = self.fibers.get(fiber).filter(|owner| !owner.is_caught(place + 1, false));
        let group = doomed.and_then(|fiber| fiber.group).map(|(owner, _)| owner);
        self.stop_groups(group, false);
    }

    /// A pivot has succeeded, so that what was asked meanwhile comes too late; or it has failed, and what was asked
    /// is done.
    pub(super) fn pivot_settled(&mut self, succeeded: bool) {
        self.pivots = self.pivots.saturating_sub(1);
        if succeeded && !std::mem::replace(&mut self.past_pivot, true) {
            self.issue(Issue::PastPivot);
        }
        if !succeeded && self.pivots > 0 && !self.past_pivot {
            return;
        }
        let undecided = self.aside.as_mut().map(|aside| std::mem::take(&mut aside.undecided));
        for stop in undecided.into_iter().flatten() {
            if !self.past_pivot {
                self.stop_for(stop);
            }
        }
        if let Some(aside) = &mut self.aside {
            aside.parked.drain(..).for_each(|fiber| self.ready.push_back(fiber));
        }
    }

    /// The node in which the execution is right now: the one that has been in flight longest.
    fn whereabouts(&self, inside: impl Fn(FiberId) -> bool) -> String {
        let mut flights = self.in_flight().into_iter().filter(|id| inside(id.key));
        let path = flights.find_map(|id| Some(self.flight_path(id)?.to_string()));
        path.unwrap_or_else(|| self.program.info.name.to_owned())
    }

    /// Whether a fiber is `ancestor`, or a branch below it.
    fn is_within(&self, fiber: FiberId, ancestor: FiberId) -> bool {
        let mut at = Some(fiber);
        while let Some(id) = at {
            if id == ancestor {
                return true;
            }
            at = self.fibers.get(id).and_then(|fiber| fiber.group).map(|(owner, _)| owner);
        }
        false
    }

    /// What this fiber has to give up before it may go on; `None` almost always.
    #[inline]
    pub(super) fn halt(&self, fiber: FiberId) -> Option<Halt> {
        if self.stopping == 0 {
            return None;
        }
        if self.is_stopped() {
            return Some(Halt::Whole);
        }
        // A child that timed out says so, whatever else stops around it.
        if let Some(child) = self.timed_out_child(fiber) {
            return Some(Halt::Child(child));
        }
        let mut above = self.fibers.get(fiber)?.group;
        while let Some((owner, _)) = above {
            if self.group(owner)?.stopping || self.timed_out_child(owner).is_some() {
                return Some(Halt::Whole);
            }
            above = self.fibers.get(owner)?.group;
        }
        None
    }

    /// Whether the whole execution is being stopped.
    fn is_stopped(&self) -> bool {
        self.aside.as_ref().is_some_and(|aside| aside.stop.is_some())
    }

    /// The outermost child workflow of a fiber that timed out.
    fn timed_out_child(&self, fiber: FiberId) -> Option<usize> {
        let timed_out =
            |at: &Activation<C>| matches!(at.inside(), Some(Inside::Child(child)) if child.timed_out.is_some());
        self.fibers.get(fiber)?.stack.position(timed_out)
    }

    /// Ends the waits, and the hope for further attempts, of every fiber that has to halt.
    pub(super) fn stop_flights(&mut self) {
        for id in self.in_flight() {
            if self.halt(id.key).is_some() {
                self.stop_flight(id);
            }
        }
    }

    fn stop_flight(&mut self, id: OpId) {
        match self.node_in_flight(id.key) {
            Some(Node::Step(_)) => self.issue(Issue::Settle(id)),
            Some(Node::Sleep(_) | Node::Signal(_)) => {
                self.withdraw(id);
                self.ready.push_back(id.key);
            }
            // Compensations are shielded.
            _ => {}
        }
    }
}
