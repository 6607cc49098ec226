//! Unwinding: from a failure to the place that handles it, or to the rollback of everything.

use std::borrow::Cow;
use std::sync::Arc;

use anyhow::anyhow;

use crate::data::Recorded;
use crate::graph::{Catch, ScopeId, Scopes, StepNode};
use crate::step::{Returned, Settlement, StepError};

use super::end::Stop;
use super::fiber::{Cause, FiberId, Inside, Nested, NodeFailure};
use super::log::{Again, Done, Entry, Log};
use super::machine::Machine;
use super::nodes::Flow;
use super::op::{Asked, Issue, Op};
use super::stack::{Activation, Ended};

/// A rollback in progress: what is left of it, newest last.
pub(crate) struct Undoing<C: 'static> {
    pub(crate) entries: Log<C>,
    pub(crate) after: After,
    pub(crate) gave_up: bool,
    /// The compensation in flight.
    pub(crate) current: Option<Box<Again<C>>>,
}

impl<C: 'static> Undoing<C> {
    pub(crate) fn new(entries: Log<C>, after: After) -> Self {
        Self { entries, after, gave_up: false, current: None }
    }
}

/// What follows a rollback.
pub(crate) enum After {
    /// The execution ends.
    End { failures: Vec<NodeFailure>, stop: Option<Stop> },
    /// The failure becomes a value, and the workflow goes on.
    Caught { catch: &'static Catch, failures: Vec<NodeFailure> },
    /// The branch of a rollback that runs beside others ends.
    Branch,
}

/// What was undone, and what could not be, in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Report {
    pub(crate) undone: Vec<Cow<'static, str>>,
    pub(crate) not_undone: Vec<NodeFailure>,
}

impl<C: 'static> Machine<C> {
    /// Unwinds a fiber to the place that handles `cause`.
    pub(super) fn fail(&mut self, id: FiberId, mut cause: Cause) -> Flow {
        while let Some(fiber) = self.fibers.get_mut(id)
            && let Some(Ended { scope, inside }) = fiber.stack.pop()
        {
            match inside {
                None if !fiber.stack.is_empty() => {}
                None if fiber.group.is_some() => {
                    self.branch_ended(id, scope, Err(cause));
                    return Flow::Wait;
                }
                None => return self.roll_back(id, scope, cause),
                Some(Inside::Body(body)) => {
                    self.scopes.close(scope);
                    match self.caught(id, cause, body.mark, body.node.catch.as_ref()) {
                        None => return Flow::Next,
                        Some(passed) => cause = passed,
                    }
                }
                Some(Inside::Child(child)) => {
                    self.leave_child(&child, scope, &mut cause);
                    match self.caught(id, cause, child.mark, child.node.catch.as_ref()) {
                        None => return Flow::Next,
                        Some(passed) => cause = passed,
                    }
                }
                Some(Inside::Undo(_) | Inside::UndoNode(_) | Inside::Group(_) | Inside::Deadline { .. }) => {}
            }
        }
        Flow::Wait
    }

    /// Undoes what a fiber did since `mark` where the failure is handled; gives the cause back where it is not.
    fn caught(&mut self, id: FiberId, cause: Cause, mark: usize, catch: Option<&'static Catch>) -> Option<Cause> {
        match (cause, catch) {
            (Cause::Failed(failures), Some(catch)) if self.halt(id).is_none() => {
                let region = self.log_of(id).map(|log| log.drain(mark..).collect());
                self.undo_caught(id, region.unwrap_or_default(), failures, catch);
                None
            }
            (cause, _) => Some(cause),
        }
    }

    /// Unwinds a fiber to the child workflow at this place of its stack, which timed out.
    pub(super) fn child_timed_out(&mut self, id: FiberId, at: usize) -> Flow {
        while self.fibers.get(id).is_some_and(|fiber| fiber.stack.len() > at + 1)
            && let Some(Ended { scope, inside }) = self.fibers.get_mut(id).and_then(|fiber| fiber.stack.pop())
        {
            match &inside {
                Some(Inside::Body(_)) => self.scopes.close(scope),
                Some(Inside::Child(child)) => self.leave_child(child, scope, &mut Cause::Halted),
                _ => {}
            }
        }
        self.fail(id, Cause::Failed(Vec::new()))
    }

    /// Forgets a child workflow that failed, and says so if its own timeout was the reason.
    fn leave_child(&mut self, child: &Nested<C>, scope: ScopeId, cause: &mut Cause) {
        self.close_child(child, scope);
        let Some(at) = &child.timed_out else { return };
        self.stopping = self.stopping.saturating_sub(1);
        if let Cause::Failed(failures) = cause {
            let path = self.path(child.outer, &child.node.path);
            let error = anyhow!("the workflow `{}` timed out at `{at}`", child.node.def.name());
            failures.push(self.failure(&path, child.node.def.name(), 1, error));
        }
    }

    /// Undoes the region of a handled node, alone; then its failure is a value.
    pub(super) fn undo_caught(
        &mut self,
        id: FiberId,
        entries: Log<C>,
        failures: Vec<NodeFailure>,
        catch: &'static Catch,
    ) {
        self.push_undo(id, entries, After::Caught { catch, failures });
    }

    fn push_undo(&mut self, id: FiberId, entries: Log<C>, after: After) {
        if let Some(fiber) = self.fibers.get_mut(id) {
            fiber.stack.push(Activation::of(fiber.scope(), Inside::Undo(Undoing::new(entries, after))));
        }
    }

    /// Rolls the whole execution back.
    fn roll_back(&mut self, id: FiberId, scope: ScopeId, cause: Cause) -> Flow {
        let mut failures = match cause {
            Cause::Failed(failures) | Cause::Fatal(failures) => failures,
            Cause::Halted => Vec::new(),
        };
        failures.sort_by_key(|failure| failure.number);
        let stop = self.aside.as_mut().and_then(|aside| aside.stop.take());
        if stop.is_some() {
            self.stopping = self.stopping.saturating_sub(1);
        }
        if self.past_pivot {
            self.finish(failures, stop);
            return Flow::Wait;
        }
        if self.recall.is_some() {
            self.issue(Issue::RollingBack);
        }
        let entries = std::mem::take(&mut self.log);
        if !entries.is_empty() {
            self.aside().report.undone.reserve_exact(entries.len());
        }
        let Some(fiber) = self.fibers.get_mut(id) else { return Flow::Wait };
        let undoing = Undoing::new(entries, After::End { failures, stop });
        fiber.stack.push(Activation::of(scope, Inside::Undo(undoing)));
        Flow::Next
    }

    /// The next thing to undo.
    pub(super) fn undo_next(&mut self, id: FiberId) -> Flow {
        let Some(undoing) = self.undoing(id) else { return Flow::Wait };
        if undoing.entries.last().is_some_and(Entry::is_plain) && self.inline {
            self.at_plain(id);
            return Flow::Wait;
        }
        match self.undoing(id).and_then(|undoing| undoing.entries.pop()) {
            Some(Entry::Kept(node)) => {
                let payload = self.kept(node);
                self.undo_step(id, Done::plain(node, None, payload))
            }
            Some(Entry::Step(done)) => self.undo_step(id, *done),
            Some(Entry::Again(again)) => self.undo_now(id, again),
            Some(Entry::Group(group)) => self.undo_group(id, group.logs, group.limit),
            Some(Entry::Event(_) | Entry::Undoing(_) | Entry::Undone) => Flow::Next,
            None => self.undo_ended(id),
        }
    }

    /// Takes the payload of a step that is kept: it is undone, and nothing reads it any more.
    pub(super) fn kept(&mut self, node: &StepNode<C>) -> Option<Recorded> {
        self.scopes.take(Scopes::OF_WORKFLOW, node.slot)
    }

    fn undo_step(&mut self, id: FiberId, done: Done<C>) -> Flow {
        let Done { node, prefix, ending, payload, .. } = done;
        let Some(def) = &node.def.undo else { return Flow::Next };
        let Some(input) = (def.input)(ending, payload) else { return Flow::Next };
        self.undo_now(id, Box::new(Again { node, prefix, input: Some(input) }))
    }

    fn undo_now(&mut self, id: FiberId, undone: Box<Again<C>>) -> Flow {
        let (Some(def), Some(input)) = (&undone.node.def.undo, undone.input.clone()) else { return Flow::Next };
        let op = Op::Undo { def, input, asked: Asked::Rollback };
        self.begin(id, undone.path(), op);
        if let Some(undoing) = self.undoing(id) {
            undoing.current = Some(undone);
        }
        Flow::Wait
    }

    pub(super) fn undoing(&mut self, id: FiberId) -> Option<&mut Undoing<C>> {
        self.fibers.get_mut(id)?.undoing()
    }

    /// An undo of this fiber's rollback gave up; the others go on.
    pub(super) fn undo_gave_up(&mut self, id: FiberId) {
        if let Some(undoing) = self.undoing(id) {
            undoing.gave_up = true;
        }
    }

    pub(super) fn undo_settled(&mut self, id: FiberId, undone: Again<C>, attempts: u32, returned: Returned) -> Flow {
        if returned.is_plain() {
            return self.undone(undone.path().written());
        }
        let settlement = Settlement::from(returned);
        match settlement.result {
            Ok(_) => {
                self.aside().rollback_events.extend(settlement.events);
                self.undone(undone.path().written())
            }
            Err(failed) => {
                let failure = self.failure(&undone.path(), undone.node.def.info.name, attempts, failed.error);
                self.aside().report.not_undone.push(failure);
                if self.recall.is_some() {
                    self.aside().gave_up.push(undone);
                }
                self.undo_gave_up(id);
                Flow::Next
            }
        }
    }

    /// What was done at this node has been undone.
    #[inline]
    pub(super) fn undone(&mut self, path: Cow<'static, str>) -> Flow {
        self.aside().report.undone.push(path);
        Flow::Next
    }

    fn undo_ended(&mut self, id: FiberId) -> Flow {
        let Some(Ended { scope, inside: Some(Inside::Undo(undoing)) }) =
            self.fibers.get_mut(id).and_then(|fiber| fiber.stack.pop())
        else {
            return Flow::Wait;
        };
        match undoing.after {
            After::Branch => {
                let result = if undoing.gave_up { Err(Cause::Fatal(Vec::new())) } else { Ok(()) };
                self.branch_ended(id, scope, result);
                Flow::Wait
            }
            After::Caught { failures, .. } if undoing.gave_up => self.fail(id, Cause::Fatal(failures)),
            After::Caught { catch, failures } => {
                self.bind_error(id, catch, as_data(&failures));
                Flow::Next
            }
            After::End { failures, stop } => {
                self.finish(failures, stop);
                Flow::Wait
            }
        }
    }
}

/// The first failure of a handled region, as data.
fn as_data(failures: &[NodeFailure]) -> StepError {
    match failures.first() {
        Some(first) => StepError::of(first.path.to_string(), &first.error),
        None => StepError::of(String::new(), &Arc::new(anyhow!("it was stopped"))),
    }
}
