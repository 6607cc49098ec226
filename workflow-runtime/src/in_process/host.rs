//! The in-process host: runs steps directly on typed values.

use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, UNIX_EPOCH};

use futures_util::future::{AbortHandle, Abortable};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;
use tracing::Span;

use crate::clock::Clock;
use crate::execute::{Event, FiberId, Host, Issue, Machine, NodePath, Op, OpId, Operation, Plain};
use crate::execution::RunInfo;
use crate::graph::{NodeKind, SignalNode};
use crate::interpose::{HELD, Interpose};
use crate::observe::{At, Observation, Observed, Watcher};
use crate::step::{BoxFuture, Returned};

use super::around::Around;
use super::attempts::{Attempts, Settle};
use super::control::{Control, Message, NotCancelled};
use super::flights::{Flight, Flights};

/// What every step of a run shares.
pub(crate) struct Surroundings<'a, C> {
    pub(crate) services: &'a C,
    pub(crate) run: &'a RunInfo,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) watchers: &'a [Watcher],
    pub(crate) span: &'a Span,
    /// What stands between the host and the steps; nothing, but in tests.
    pub(crate) layers: &'a [Arc<dyn Interpose>],
}

impl<C> Clone for Surroundings<'_, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C> Copy for Surroundings<'_, C> {}

impl<C> Surroundings<'_, C> {
    /// Whether anybody looks: observers, a log, or a test.
    pub(crate) fn observed(&self) -> bool {
        !self.watchers.is_empty() || !self.span.is_none() || !self.layers.is_empty()
    }

    /// Tells a test that the execution has come to a node that is no step; whether the wait that begins there is to last.
    pub(crate) fn passes(&self, kind: NodeKind, node: &NodePath) -> bool {
        // All of them are told.
        self.layers.iter().filter(|layer| layer.passes(kind, node, self.run.id())).count() > 0
    }

    /// How long a sleep lasts: longer where a test wants to find it asleep.
    pub(crate) fn sleeps(&self, node: &NodePath, wait: Duration) -> Duration {
        if self.passes(NodeKind::Sleep, node) { wait.saturating_add(HELD) } else { wait }
    }

    /// The time now, in milliseconds since the Unix epoch.
    pub(crate) fn now(&self) -> i64 {
        let since = self.clock.now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }

    pub(crate) fn tell(&self, observed: impl FnOnce() -> Observed) {
        if self.watchers.is_empty() {
            return;
        }
        let event = observed();
        for watcher in self.watchers {
            watcher.tell(Observation {
                execution_id: self.run.id().to_owned(),
                workflow: self.run.workflow(),
                event: event.clone(),
            });
        }
    }

    // At the level of warnings, so that where only these are let through they still say where they belong.
    pub(crate) fn step_span(&self, path: &NodePath, attempt: u32, compensating: bool) -> Span {
        if self.span.is_none() {
            return Span::none();
        }
        if compensating {
            tracing::warn_span!(target: "workflow", parent: self.span, "undo", node = %path, attempt)
        } else {
            tracing::warn_span!(target: "workflow", parent: self.span, "step", node = %path, attempt)
        }
    }
}

/// The host of one run.
pub(crate) struct InProcess<'a, C: 'static> {
    pub(super) around: &'a Around<'a, C>,
    /// The step that waits on the straight way.
    pub(super) waits: Option<(Plain<C>, BoxFuture<'a, Returned>)>,
    flights: Flights<'a>,
    control: Option<UnboundedReceiver<Control>>,
    /// What few executions need: on its own, so that the others hold no room for it.
    aside: Option<Box<Aside>>,
}

#[derive(Default)]
struct Aside {
    past_pivot: bool,
    stops: HashMap<OpId, Stop>,
    /// Who waits to hear whether a request to cancel is granted.
    cancels: Vec<oneshot::Sender<Result<(), NotCancelled>>>,
    inbox: Vec<Message>,
    waiting: Vec<(OpId, &'static SignalNode)>,
}

/// How an operation in flight is told that it is over.
enum Stop {
    Settle(Arc<Settle>),
    Abort(AbortHandle),
}

impl<'a, C: Send + Sync + 'static> InProcess<'a, C> {
    pub(super) fn new(around: &'a Around<'a, C>, control: Option<UnboundedReceiver<Control>>) -> Self {
        Self { around, waits: None, flights: Flights::new(), control, aside: None }
    }

    fn on(&self) -> Surroundings<'a, C> {
        self.around.on()
    }

    fn aside(&mut self) -> &mut Aside {
        self.aside.get_or_insert_default()
    }

    /// The future of an operation.
    fn begin(&mut self, operation: Operation<C>) -> Option<Flight<'a>> {
        let Operation { id, path, op } = operation;
        match op {
            Op::Step { def, input, stubborn } => Some(self.attempts(Attempts::of_step(id, path, def, input, stubborn))),
            Op::Undo { def, input, asked } => Some(self.attempts(Attempts::of_undo(id, path, def, input, asked))),
            Op::Sleep(duration) => Some(self.wait(id, self.on().sleeps(&path, duration), Event::Woke(id))),
            Op::Deadline(duration) => Some(self.wait(id, duration, Event::Woke(id))),
            Op::Signal { node } => {
                if !self.on().passes(NodeKind::Signal, &path) {
                    self.aside().waiting.push((id, node));
                }
                node.timeout.map(|timeout| self.wait(id, timeout, Event::Expired(id)))
            }
        }
    }

    fn attempts(&mut self, attempts: Attempts<C>) -> Flight<'a> {
        let on = self.on();
        if attempts.is_plain() && !on.observed() {
            let (id, call) = attempts.once(&on);
            return Flight::Once(id, call);
        }
        let settle = Arc::new(Settle::default());
        self.aside().stops.insert(attempts.id, Stop::Settle(Arc::clone(&settle)));
        Flight::Other(Box::pin(attempts.run(on, Some(settle))))
    }

    fn wait(&mut self, id: OpId, duration: Duration, then: Event) -> Flight<'a> {
        let (abort, registration) = AbortHandle::new_pair();
        self.aside().stops.insert(id, Stop::Abort(abort));
        let sleep = Abortable::new(self.on().clock.sleep(duration), registration);
        // The machine ignores the event of a wait that it has withdrawn.
        Flight::Other(Box::pin(async move {
            let _ = sleep.await;
            then
        }))
    }

    /// What a message of the run handle means for the machine.
    fn heard(&mut self, control: Control) -> Option<Event> {
        match control {
            Control::Cancel(reply) => {
                let aside = self.aside();
                aside.cancels.push(reply);
                if aside.past_pivot {
                    self.answer(Err(NotCancelled::PastPivot));
                    return None;
                }
                Some(Event::Cancelled)
            }
            Control::Signal(message) => {
                self.aside().inbox.push(message);
                self.deliver()
            }
        }
    }

    fn answer(&mut self, answer: Result<(), NotCancelled>) {
        for reply in self.aside.iter_mut().flat_map(|aside| aside.cancels.drain(..)) {
            // Nobody has to wait for the answer.
            let _ = reply.send(answer);
        }
    }

    /// The first signal in the inbox that somebody waits for.
    fn deliver(&mut self) -> Option<Event> {
        let aside = self.aside.as_mut()?;
        let (place, at) = aside.inbox.iter().enumerate().find_map(|(place, message)| {
            let at = aside.waiting.iter().position(|(_, node)| message.is_for(node))?;
            Some((place, at))
        })?;
        let (id, _) = aside.waiting.remove(at);
        let message = aside.inbox.remove(place);
        self.end(id);
        Some(Event::Received(id, message.value))
    }

    /// Ends the wait of an operation that is over.
    fn end(&mut self, id: OpId) {
        if let Some(Stop::Abort(abort)) = self.aside.as_mut().and_then(|aside| aside.stops.remove(&id)) {
            abort.abort();
        }
    }

    /// Whether anything can happen beside a step that has the execution to itself: a message, or a deadline.
    #[inline]
    pub(super) fn is_alone(&self) -> bool {
        self.control.is_none() && self.flights.is_empty()
    }

    /// Takes up a step that has begun, after everything that is in flight already, with room for so many more.
    pub(super) fn take_up(&mut self, id: OpId, call: BoxFuture<'a, Returned>, more: usize) {
        self.flights.expect(more + 1);
        self.flights.push(Flight::Once(id, call));
    }

    /// Looks for the next event.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Event> {
        self.look(cx).map(|event| self.noted(event))
    }

    fn look(&mut self, cx: &mut Context<'_>) -> Poll<Event> {
        while let Some(control) = self.control.as_mut() {
            match control.poll_recv(cx) {
                Poll::Ready(Some(control)) => {
                    if let Some(event) = self.heard(control) {
                        return Poll::Ready(event);
                    }
                }
                // The handle is gone: nobody can say anything any more.
                Poll::Ready(None) => self.control = None,
                Poll::Pending => break,
            }
        }
        self.flights.poll_next(cx)
    }

    /// Remembers what an event means for the host itself.
    fn noted(&mut self, event: Event) -> Event {
        let Some(aside) = &mut self.aside else { return event };
        match &event {
            Event::Settled { id, .. } | Event::Woke(id) => {
                aside.stops.remove(id);
            }
            Event::Expired(id) => {
                aside.stops.remove(id);
                aside.waiting.retain(|(waiting, _)| waiting != id);
            }
            Event::Received(..) | Event::Cancelled | Event::Undo | Event::UndoAgain => {}
        }
        event
    }
}

impl<'a, C: Send + Sync + 'static> Host<C> for InProcess<'a, C> {
    fn issue(&mut self, issue: Issue<C>) {
        match issue {
            Issue::Begin(operation) => {
                if let Some(flight) = self.begin(operation) {
                    self.flights.push(flight);
                }
            }
            Issue::Settle(id) => {
                if let Some(Stop::Settle(settle)) = self.aside.as_ref().and_then(|aside| aside.stops.get(&id)) {
                    settle.say();
                }
            }
            Issue::Withdraw(id) => {
                if let Some(aside) = &mut self.aside {
                    aside.waiting.retain(|(waiting, _)| *waiting != id);
                }
                self.end(id);
            }
            Issue::Skipped(path) => {
                self.on().tell(|| Observed::StepSkipped(At { node: path.to_string(), attempt: 0 }));
            }
            Issue::Emitted(path) => {
                self.on().passes(NodeKind::Emit, &path);
            }
            Issue::PastPivot => {
                self.aside().past_pivot = true;
                self.answer(Err(NotCancelled::PastPivot));
            }
            Issue::Stopping => self.answer(Ok(())),
            // Nothing is recorded here.
            Issue::Chose { .. } | Issue::Items { .. } | Issue::Reads(..) | Issue::Refused(_) | Issue::RollingBack => {}
        }
    }

    fn go_straight(&mut self, machine: &mut Machine<C>, fiber: FiberId) -> impl Future<Output = Option<Event>> {
        poll_fn(move |cx| self.walk(machine, fiber, cx))
    }

    fn begin_beside(&mut self, machine: &mut Machine<C>, fiber: FiberId) {
        self.step_beside(machine, fiber);
    }

    fn next(&mut self) -> impl Future<Output = Option<Event>> {
        poll_fn(move |cx| match self.deliver() {
            Some(event) => Poll::Ready(Some(event)),
            None => self.poll(cx).map(Some),
        })
    }
}
