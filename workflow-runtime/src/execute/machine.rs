//! The machine: the state of one execution, and how it takes events.

use std::cell::Cell;
use std::collections::VecDeque;
use std::sync::Arc;

use crate::data::Recorded;
use crate::event;
use crate::graph::{Program, ScopeId, Scopes};
use crate::table::Table;

use super::control::Undecided;
use super::end::{End, Stop};
use super::fiber::{Fiber, FiberId, NodeFailure};
use super::flight::Landed;
use super::forced::Forced;
use super::log::{Again, Log};
use super::nodes::Flow;
use super::op::{Event, Issue, NodePath, OpId, Operation};
use super::ready::Ready;
use super::recall::Recall;
use super::rollback::Report;
use super::stack::Activation;

/// One execution of a graph.
pub(crate) struct Machine<C: 'static> {
    pub(super) program: &'static Program<C>,
    pub(super) scopes: Scopes,
    pub(super) fibers: Table<Fiber<C>>,
    /// What the fiber of the workflow itself has done.
    pub(super) log: Log<C>,
    pub(super) ready: Ready,
    /// What the host has not been told yet.
    #[expect(clippy::box_collection, reason = "on the straight way there is none, and room for its pointer is enough")]
    issues: Option<Box<VecDeque<Issue<C>>>>,
    /// How many operations were issued.
    pub(super) generation: u32,
    /// How many operations are in flight beside deadlines.
    pub(super) busy: u32,
    /// Whether the host takes fibers the straight way: one that needs to hear of no step but to run it.
    pub(crate) inline: bool,
    /// The fiber that is at a step for the straight way.
    straight: Option<FiberId>,
    /// Whether somebody observes, so that skipped nodes are worth naming.
    pub(super) observed: bool,
    /// How many pivots are in flight.
    pub(super) pivots: u32,
    /// How many regions are being stopped: zero is the fast answer to "must this fiber halt?".
    pub(super) stopping: u32,
    pub(super) past_pivot: bool,
    /// How many nodes have failed.
    failures: Cell<u32>,
    pub(super) end: Option<End>,
    /// What a recorded execution computed before; `None` for one that nobody records.
    pub(super) recall: Option<Box<Recall>>,
    /// The ways that a test makes it take.
    pub(super) forced: Option<Arc<Forced>>,
    pub(super) aside: Option<Box<Aside<C>>>,
}

/// What few executions need: on its own, so that the others hold no room for it.
pub(super) struct Aside<C: 'static> {
    /// The timeout of the workflow, until it has fired.
    pub(super) deadline: Option<OpId>,
    /// The request that stops the whole execution.
    pub(super) stop: Option<Stop>,
    /// What wants to stop, and waits for a pivot to decide whether it still can.
    pub(super) undecided: Vec<Undecided>,
    /// Fibers that may begin nothing until a pivot has decided.
    pub(super) parked: Vec<FiberId>,
    /// How many `undo!` nodes have begun to undo something.
    pub(super) undoings: u64,
    pub(super) report: Report,
    /// What compensations emitted, released at the very end.
    pub(super) rollback_events: Vec<event::Event>,
    /// The compensations that gave up.
    pub(super) gave_up: Vec<Again<C>>,
}

impl<C: 'static> Default for Aside<C> {
    fn default() -> Self {
        Self {
            deadline: None,
            stop: None,
            undecided: Vec::new(),
            parked: Vec::new(),
            undoings: 0,
            report: Report::default(),
            rollback_events: Vec::new(),
            gave_up: Vec::new(),
        }
    }
}

/// What the host has to do.
pub(crate) enum Next<C: 'static> {
    Issue(Issue<C>),
    /// Take a fiber the straight way: it has the execution to itself.
    Straight(FiberId),
    /// Begin the step that a fiber is at, beside others in flight.
    Beside(FiberId),
}

impl<C: 'static> Machine<C> {
    /// The fiber of the workflow itself, the first that there is.
    pub(super) const FIRST: FiberId = 0;

    /// A machine at the beginning of `program`.
    pub(crate) fn new(program: &'static Program<C>, input: Recorded, observed: bool) -> Self {
        let mut scopes = Scopes::default();
        let scope = scopes.open(None, program.slots, None);
        scopes.set(scope, program.input, input);
        let mut fibers = Table::default();
        fibers.insert(Fiber::new(None, Activation::block(&program.root, scope)));
        let mut machine = Self {
            program,
            scopes,
            fibers,
            // Room for the undo log of a workflow of usual length; a longer one grows as it goes.
            log: Log::with_capacity(program.undoable.min(16)),
            ready: Ready::default(),
            issues: None,
            generation: 0,
            busy: 0,
            inline: false,
            straight: None,
            observed,
            pivots: 0,
            stopping: 0,
            past_pivot: false,
            failures: Cell::new(0),
            end: None,
            recall: None,
            forced: None,
            aside: None,
        };
        machine.ready.push_back(Self::FIRST);
        if let Some(timeout) = program.info.timeout {
            let path = NodePath { prefix: None, local: "timeout" };
            let deadline = machine.begin_deadline(Self::FIRST, path, timeout, None);
            machine.aside().deadline = Some(deadline);
        }
        machine
    }

    /// Lets every value go through JSON, as a store would do with it.
    pub(crate) fn round_trip(&mut self) {
        self.scopes.round_trip = true;
        if let Some(input) = self.scopes.get(0, self.program.input).cloned() {
            self.scopes.set(0, self.program.input, input);
        }
    }

    /// A machine that tells its host what to record, and recalls what was recorded before.
    pub(crate) fn recorded(program: &'static Program<C>, input: Recorded, recall: Recall, observed: bool) -> Self {
        Self { recall: Some(Box::new(recall)), ..Self::new(program, input, observed) }
    }

    /// Somebody observes after all, and wants to hear of every step.
    pub(crate) fn observe(&mut self) {
        self.observed = true;
        self.inline = false;
    }

    /// Makes it take these ways.
    pub(crate) fn force(&mut self, forced: Option<Arc<Forced>>) {
        self.forced = forced;
    }

    /// What the host has to do next; `None` when every fiber waits. Whatever one fiber issues comes before the next one
    /// runs.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<Next<C>> {
        loop {
            if let Some(issue) = self.next_issue() {
                return Some(Next::Issue(issue));
            }
            if let Some(fiber) = self.straight.take() {
                let alone = self.ready.is_empty() && self.busy == 0;
                return Some(if alone { Next::Straight(fiber) } else { Next::Beside(fiber) });
            }
            let fiber = self.ready.pop_front()?;
            self.run(fiber);
        }
    }

    #[inline]
    fn next_issue(&mut self) -> Option<Issue<C>> {
        self.issues.as_mut()?.pop_front()
    }

    /// Whether the host has not been told everything.
    #[inline]
    pub(super) fn has_issues(&self) -> bool {
        self.issues.as_ref().is_some_and(|issues| !issues.is_empty())
    }

    /// Keeps an operation until everything waits for it.
    pub(crate) fn keep(&mut self, operation: Operation<C>) {
        self.issue(Issue::Begin(operation));
    }

    /// Waits, for nothing but the operation that was kept, if there is one. What the queues have grown to is given back:
    /// it may be long until they are needed again.
    pub(crate) fn rest(&mut self) -> Option<Operation<C>> {
        self.ready.rest();
        match self.issues.take()?.pop_front()? {
            Issue::Begin(operation) => Some(operation),
            _ => None,
        }
    }

    /// How many fibers are about to run.
    pub(crate) fn waiting_to_run(&self) -> usize {
        self.ready.len()
    }

    /// The fiber is at a step for the straight way.
    pub(super) fn at_plain(&mut self, fiber: FiberId) {
        self.straight = Some(fiber);
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.end.is_some()
    }

    pub(super) fn aside(&mut self) -> &mut Aside<C> {
        self.aside.get_or_insert_default()
    }

    /// How a recorded execution ended, once it has, and what was undone.
    pub(crate) fn end(&self) -> Option<(&End, &Report)> {
        Some((self.end.as_ref()?, &self.aside.as_ref()?.report))
    }

    /// How it ended, once it has, and what was undone.
    pub(crate) fn take_end(&mut self) -> Option<(End, Report)> {
        let report = self.aside.as_mut().map(|aside| std::mem::take(&mut aside.report));
        self.end.take().map(|end| (end, report.unwrap_or_default()))
    }

    pub(super) fn issue(&mut self, issue: Issue<C>) {
        self.issues.get_or_insert_default().push_back(issue);
    }

    /// What a fiber has done; `None` when the fiber is gone.
    pub(super) fn log_of(&mut self, fiber: FiberId) -> Option<&mut Log<C>> {
        self.log_in(self.fibers.get(fiber)?.group)
    }

    /// The same for a fiber in this place.
    #[inline]
    pub(super) fn log_in(&mut self, group: Option<(FiberId, u32)>) -> Option<&mut Log<C>> {
        match group {
            None => Some(&mut self.log),
            Some((owner, branch)) => self.fibers.get_mut(owner)?.group_mut()?.log_of(branch),
        }
    }

    /// How much a fiber has done.
    pub(super) fn length_of_log(&self, fiber: FiberId) -> usize {
        match self.fibers.get(fiber).and_then(|fiber| fiber.group) {
            None => self.log.len(),
            Some((owner, branch)) => self.group(owner).map_or(0, |group| group.length_of_log(branch)),
        }
    }

    /// The scope in which a fiber is.
    pub(super) fn scope_of(&self, fiber: FiberId) -> Option<ScopeId> {
        self.fibers.get(fiber).map(Fiber::scope)
    }

    /// Takes one event. Events of operations that were withdrawn are ignored.
    pub(crate) fn apply(&mut self, event: Event) {
        match event {
            Event::Cancelled => self.cancel(),
            Event::Undo => self.undo_completed(),
            Event::UndoAgain => self.undo_again(),
            Event::Settled { id, attempts, returned } => self.landed(id, |machine, fiber, landed| match landed {
                Landed::Step(node) => machine.step_settled(fiber, node, attempts, returned),
                Landed::Undo(undone) => machine.undo_settled(fiber, *undone, attempts, returned),
                Landed::UndoNode(undone) => machine.undo_node_settled(fiber, *undone, attempts, returned.into()),
                Landed::Sleep | Landed::Signal(_) | Landed::Deadline(_) => Flow::Wait,
            }),
            Event::Woke(id) => self.landed(id, |machine, fiber, landed| match landed {
                Landed::Deadline(child) => machine.time_out(id, fiber, child.map(|child| child as usize)),
                _ => machine.step_over(fiber),
            }),
            Event::Received(id, value) => self.landed(id, |machine, fiber, landed| match landed {
                Landed::Signal(node) => machine.bind(fiber, node.slot, value, node.catch.as_ref()),
                _ => Flow::Wait,
            }),
            Event::Expired(id) => self.landed(id, |machine, fiber, landed| match landed {
                Landed::Signal(node) => {
                    let path = machine.path_in(fiber, &node.path);
                    let error = anyhow::anyhow!("the signal `{}` did not arrive in time", node.name);
                    let failure = machine.failure(&path, node.name, 1, error);
                    machine.node_failed(fiber, failure, node.catch.as_ref())
                }
                _ => Flow::Wait,
            }),
        }
    }

    /// Takes an operation out of flight, and lets its fiber go on where `then` says so.
    fn landed(&mut self, id: OpId, then: impl FnOnce(&mut Self, FiberId, Landed<C>) -> Flow) {
        if let Some((fiber, landed)) = self.land(id) {
            let flow = then(self, fiber, landed);
            self.wake(fiber, flow);
        }
    }

    /// A node that failed for good just now.
    pub(super) fn failure(
        &self,
        path: &NodePath,
        step: &'static str,
        attempts: u32,
        error: anyhow::Error,
    ) -> NodeFailure {
        let number = self.failures.get();
        self.failures.set(number.wrapping_add(1));
        NodeFailure { path: path.written(), step: step.into(), attempts, error: error.into(), number }
    }

    /// Puts a fiber that goes on in the queue.
    pub(super) fn wake(&mut self, fiber: FiberId, flow: Flow) {
        if matches!(flow, Flow::Next) {
            self.ready.push_back(fiber);
        }
    }
}
