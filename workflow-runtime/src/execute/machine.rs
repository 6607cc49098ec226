//! The machine: the state of one execution, and how it takes events.

use std::cell::Cell;
use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use slab::Slab;

use crate::data::Recorded;
use crate::event;
use crate::graph::{Program, Scopes, SignalNode, SleepNode, StepNode, UndoNode};
use crate::table::Table;

use super::control::Undecided;
use super::fiber::{Activation, Fiber, FiberId, Kind, NodeFailure};
use super::forced::Forced;
use super::group::Group;
use super::log::{Again, Done};
use super::nodes::Flow;
use super::op::{Event, Issue, NodePath, Op, OpId, Operation};
use super::recall::Recall;
use super::rollback::Report;

/// One execution of a graph.
pub(crate) struct Machine<C: 'static> {
    pub(super) program: &'static Program<C>,
    pub(super) scopes: Scopes,
    pub(super) fibers: Table<Fiber<C>>,
    pub(super) groups: Slab<Group<C>>,
    pub(super) ready: VecDeque<FiberId>,
    /// The fiber of the workflow itself, until it has begun.
    begins: Option<FiberId>,
    flights: Slab<Flight<C>>,
    generation: u32,
    /// How many operations are in flight beside deadlines.
    busy: usize,
    issues: VecDeque<Issue<C>>,
    /// Whether the host takes fibers the straight way: one that needs to hear of no step but to run it.
    pub(crate) inline: bool,
    /// The fiber that has the execution to itself and is about to go the straight way.
    pub(super) straight: Option<FiberId>,
    /// Whether somebody observes, so that skipped nodes are worth naming.
    pub(super) observed: bool,
    pub(super) deadline: Option<OpId>,
    /// The request that stops the whole execution.
    pub(super) stop: Option<Stop>,
    /// How many pivots are in flight.
    pub(super) pivots: u32,
    /// How many regions are being stopped: zero is the fast answer to "must this fiber halt?".
    pub(super) stopping: usize,
    pub(super) past_pivot: bool,
    /// How many nodes have failed.
    failures: Cell<u32>,
    /// How many `undo!` nodes have begun to undo something.
    pub(super) undoings: u64,
    pub(super) end: Option<End>,
    /// The fiber of the workflow itself.
    pub(super) first: FiberId,
    /// What a recorded execution computed before; `None` for one that nobody records.
    pub(super) recall: Option<Box<Recall>>,
    /// The ways that a test makes it take.
    pub(super) forced: Option<Arc<Forced>>,
    pub(super) aside: Option<Box<Aside<C>>>,
}

/// What few executions need: on its own, so that the others hold no room for it.
pub(super) struct Aside<C: 'static> {
    /// What wants to stop, and waits for a pivot to decide whether it still can.
    pub(super) undecided: Vec<Undecided>,
    /// Fibers that may begin nothing until a pivot has decided.
    pub(super) parked: Vec<FiberId>,
    pub(super) report: Report,
    /// What compensations emitted, released at the very end.
    pub(super) rollback_events: Vec<event::Event>,
    /// The compensations that gave up.
    pub(super) gave_up: Vec<Again<C>>,
}

impl<C: 'static> Default for Aside<C> {
    fn default() -> Self {
        Self {
            undecided: Vec::new(),
            parked: Vec::new(),
            report: Report::default(),
            rollback_events: Vec::new(),
            gave_up: Vec::new(),
        }
    }
}

/// Why a whole execution is stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stop {
    Cancelled,
    /// The workflow's timeout fired while it was at this node.
    TimedOut {
        at: String,
    },
    /// Somebody undid it after it had completed.
    Undone,
}

/// How an execution ended.
pub(crate) enum End {
    Completed {
        output: Recorded,
        events: Vec<event::Event>,
    },
    /// Rolled back as far as the report says.
    RolledBack {
        failures: Vec<NodeFailure>,
        stop: Option<Stop>,
        past_pivot: bool,
        events: Vec<event::Event>,
    },
}

/// An operation in flight.
pub(super) struct Flight<C: 'static> {
    generation: u32,
    pub(super) fiber: FiberId,
    pub(super) kind: FlightKind<C>,
}

pub(super) enum FlightKind<C: 'static> {
    Step(&'static StepNode<C>),
    /// A compensation of a rollback.
    Undo(Box<Again<C>>),
    /// A compensation that the workflow itself asked for, with what it took off the log.
    UndoNode(Box<TakenOff<C>>),
    Sleep(&'static SleepNode),
    Signal(&'static SignalNode),
    /// The timeout of the workflow, or of the child at this place of the fiber's stack.
    Deadline(Option<u32>),
}

/// What an `undo!` undoes: where, and what it took off the log, with the number of its place.
pub(super) struct TakenOff<C: 'static> {
    pub(super) node: &'static UndoNode<C>,
    pub(super) path: NodePath,
    pub(super) done: Option<(Done<C>, u64)>,
}

impl<C: 'static> FlightKind<C> {
    /// Where the execution is while this is in flight, in a scope with this prefix; nothing for a deadline.
    pub(super) fn path(&self, prefix: Option<Arc<str>>) -> Option<NodePath> {
        match self {
            Self::Step(node) => Some(NodePath { prefix, local: &node.path }),
            Self::Undo(again) => Some(again.path()),
            Self::UndoNode(undone) => Some(NodePath { prefix, local: &undone.node.path }),
            Self::Sleep(node) => Some(NodePath { prefix, local: &node.path }),
            Self::Signal(node) => Some(NodePath { prefix, local: &node.path }),
            Self::Deadline(_) => None,
        }
    }
}

impl<C: 'static> Machine<C> {
    /// A machine at the beginning of `program`.
    pub(crate) fn new(program: &'static Program<C>, input: Recorded, observed: bool) -> Self {
        let mut scopes = Scopes::default();
        let scope = scopes.open(None, program.slots, None);
        scopes.set(scope, program.input, input);
        let mut fibers = Table::default();
        let root = Activation { nodes: &program.root.nodes, at: 0, scope, kind: Kind::Root };
        let mut fiber = Fiber::new(None, root);
        // Room for the undo log of a workflow of usual length; a longer one grows as it goes.
        fiber.log.reserve(program.root.nodes.len().min(12));
        let first = fibers.insert(fiber);
        let mut machine = Self {
            program,
            scopes,
            fibers,
            groups: Slab::new(),
            ready: VecDeque::new(),
            begins: Some(first),
            flights: Slab::new(),
            generation: 0,
            busy: 0,
            issues: VecDeque::new(),
            inline: false,
            straight: None,
            observed,
            deadline: None,
            stop: None,
            pivots: 0,
            stopping: 0,
            past_pivot: false,
            failures: Cell::new(0),
            undoings: 0,
            end: None,
            first,
            recall: None,
            forced: None,
            aside: None,
        };
        if let Some(timeout) = program.info.timeout {
            let path = NodePath { prefix: None, local: "timeout" };
            machine.deadline = Some(machine.begin(first, path, Op::Deadline(timeout), FlightKind::Deadline(None)));
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

    /// Makes it take these ways.
    pub(crate) fn force(&mut self, forced: Option<Arc<Forced>>) {
        self.forced = forced;
    }

    /// Runs every fiber until it waits.
    #[inline]
    pub(crate) fn advance(&mut self) {
        while let Some(fiber) = self.begins.take().or_else(|| self.ready.pop_front()) {
            self.run(fiber);
        }
    }

    /// How many issues there are for the host.
    pub(crate) fn issued(&self) -> usize {
        self.issues.len()
    }

    pub(crate) fn next_issue(&mut self) -> Option<Issue<C>> {
        let next = self.issues.pop_front();
        if next.is_none() && self.issues.capacity() > 4 {
            // A wide group made it long; what is in flight now need not hold that.
            self.issues = VecDeque::new();
            self.ready.shrink_to_fit();
        }
        next
    }

    /// Whether nothing but deadlines is in flight beside this operation.
    pub(crate) fn is_alone(&self, operation: &Operation<C>) -> bool {
        self.busy == 1 && !matches!(operation.op, Op::Deadline(_))
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
        self.issues.push_back(issue);
    }

    /// Issues an operation for a fiber.
    pub(super) fn begin(&mut self, fiber: FiberId, path: NodePath, op: Op<C>, kind: FlightKind<C>) -> OpId {
        let id = self.take_off(fiber, kind);
        self.issues.push_back(Issue::Begin(Operation { id, path, op }));
        id
    }

    /// Puts an operation in flight.
    pub(super) fn take_off(&mut self, fiber: FiberId, kind: FlightKind<C>) -> OpId {
        self.generation = self.generation.wrapping_add(1);
        let generation = self.generation;
        if !matches!(kind, FlightKind::Deadline(_)) {
            self.busy += 1;
        }
        let key = self.flights.insert(Flight { generation, fiber, kind }) as u32;
        OpId { key, generation }
    }

    /// Makes room for so many more operations in flight.
    pub(super) fn reserve_flights(&mut self, count: usize) {
        self.flights.reserve_exact(count);
    }

    /// Whether nothing but deadlines is in flight, and nothing is about to be.
    #[inline]
    pub(super) fn is_idle(&self) -> bool {
        self.busy == 0 && self.issues.is_empty()
    }

    /// Takes an operation out of flight; `None` for one that was withdrawn before.
    pub(super) fn land(&mut self, id: OpId) -> Option<Flight<C>> {
        let key = id.key as usize;
        if self.flights.get(key).is_none_or(|flight| flight.generation != id.generation) {
            return None;
        }
        let flight = self.flights.try_remove(key)?;
        if !matches!(flight.kind, FlightKind::Deadline(_)) {
            self.busy = self.busy.saturating_sub(1);
        }
        Some(flight)
    }

    /// Lets nobody wait for this operation any more.
    pub(super) fn withdraw(&mut self, id: OpId) {
        if self.land(id).is_some() {
            self.issue(Issue::Withdraw(id));
        }
    }

    /// The operations in flight, oldest first.
    pub(super) fn in_flight(&self) -> Vec<(OpId, FiberId)> {
        let mut flights: Vec<_> = self.flights.iter().collect();
        flights.sort_by_key(|(_, flight)| flight.generation);
        let id = |key: usize, flight: &Flight<C>| OpId { key: key as u32, generation: flight.generation };
        flights.into_iter().map(|(key, flight)| (id(key, flight), flight.fiber)).collect()
    }

    pub(super) fn flight(&self, id: OpId) -> Option<&Flight<C>> {
        self.flights.get(id.key as usize).filter(|flight| flight.generation == id.generation)
    }

    /// Where the execution is with this in flight.
    pub(super) fn flight_path(&self, id: OpId) -> Option<NodePath> {
        let flight = self.flight(id)?;
        flight.kind.path(self.path_in(flight.fiber, "").prefix)
    }

    /// Takes one event. Events of operations that were withdrawn are ignored.
    pub(crate) fn apply(&mut self, event: Event) {
        match event {
            Event::Cancelled => self.cancel(),
            Event::Undo => self.undo_completed(),
            Event::UndoAgain => self.undo_again(),
            Event::Settled { id, attempts, returned } => self.landed(id, |machine, flight| match flight.kind {
                FlightKind::Step(node) => machine.step_settled(flight.fiber, node, attempts, returned),
                FlightKind::Undo(undone) => machine.undo_settled(flight.fiber, *undone, attempts, returned),
                FlightKind::UndoNode(undone) => {
                    machine.undo_node_settled(flight.fiber, *undone, attempts, returned.into())
                }
                FlightKind::Sleep(..) | FlightKind::Signal(..) | FlightKind::Deadline(_) => Flow::Wait,
            }),
            Event::Woke(id) => self.landed(id, |machine, flight| match flight.kind {
                FlightKind::Deadline(child) => machine.time_out(id, flight.fiber, child.map(|child| child as usize)),
                _ => machine.step_over(flight.fiber),
            }),
            Event::Received(id, value) => self.landed(id, |machine, flight| match flight.kind {
                FlightKind::Signal(node) => machine.bind(flight.fiber, node.slot, value, node.catch.as_ref()),
                _ => Flow::Wait,
            }),
            Event::Expired(id) => self.landed(id, |machine, flight| match flight.kind {
                FlightKind::Signal(node) => {
                    let path = machine.path_in(flight.fiber, &node.path);
                    let error = anyhow::anyhow!("the signal `{}` did not arrive in time", node.name);
                    let failure = machine.failure(&path, node.name, 1, error);
                    machine.node_failed(flight.fiber, failure, node.catch.as_ref())
                }
                _ => Flow::Wait,
            }),
        }
    }

    /// Takes an operation out of flight, and lets its fiber go on where `then` says so.
    fn landed(&mut self, id: OpId, then: impl FnOnce(&mut Self, Flight<C>) -> Flow) {
        if let Some(flight) = self.land(id) {
            let fiber = flight.fiber;
            let flow = then(self, flight);
            self.wake(fiber, flow);
        }
    }

    /// A node that failed for good just now.
    pub(super) fn failure(
        &self,
        path: impl fmt::Display,
        step: &str,
        attempts: u32,
        error: anyhow::Error,
    ) -> NodeFailure {
        let number = self.failures.get();
        self.failures.set(number.wrapping_add(1));
        NodeFailure { path: path.to_string(), step: step.to_owned(), attempts, error: error.into(), number }
    }

    /// Puts a fiber that goes on in the queue.
    pub(super) fn wake(&mut self, fiber: FiberId, flow: Flow) {
        if matches!(flow, Flow::Next) {
            self.ready.push_back(fiber);
        }
    }
}
