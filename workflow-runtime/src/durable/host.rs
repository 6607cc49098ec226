//! The host of one durable execution.

use std::collections::{BTreeMap, VecDeque};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use crate::execute::{Choice, Event, Host, Issue, Mismatch, OpId, Reading};
use crate::graph::NodeKind;
use crate::in_process::{Attempts, Surroundings};
use crate::journal::{self, Record};
use crate::observe::{At, Observed};
use crate::step::Settlement;
use crate::store::{Mark, StoreError};

use super::desk::Desk;
use super::flight::{Flight, Stage, Work};
use super::flights::Flights;
use super::link::Link;
use super::mail::Mail;
use super::running::Running;
use super::script::Script;

/// Why an execution stopped before its end.
#[derive(Debug)]
pub(crate) enum Stopped {
    /// Everything waits, until then or for a signal.
    Waiting(Option<i64>),
    /// The engine shuts down.
    Closing,
    /// Its definition does not fit what is recorded.
    Refused(Mismatch),
    /// The id belongs to another execution.
    Taken,
    /// The store said so.
    Store(StoreError),
}

pub(super) type Landed<C> = (OpId, Settlement, Attempts<C>);

pub(crate) struct Durable<'a, C: 'static> {
    pub(super) on: Surroundings<'a, C>,
    pub(super) desk: Box<Desk<'a>>,
    pub(super) link: &'a Link,
    pub(super) script: Script,
    /// Whether the script is played to its end.
    pub(super) live: bool,
    pub(super) flights: Flights<C>,
    /// Where the operations of the script are; of no use once it is played.
    pub(super) by_op: BTreeMap<journal::Op, OpId>,
    pub(super) timers: BTreeMap<(i64, u32), OpId>,
    /// Steps and compensations, in the order in which they began.
    pub(super) tasks: Vec<OpId>,
    pub(super) signals: Vec<OpId>,
    pub(super) running: Running<'a, Landed<C>>,
    pub(super) mail: Mail,
    pub(super) reads: Vec<Reading>,
    /// Operations that end without having begun.
    pub(super) stillborn: VecDeque<(OpId, anyhow::Error)>,
    /// An attempt that ended while there was mail, or a timer was due: a request to stop, and a timeout, come first, so that
    /// nothing follows from its end.
    late: Option<Landed<C>>,
    /// What is told once the next write is durable.
    pub(super) said: Vec<Observed>,
    /// How much of the next write is settled, even if nothing begins any more.
    pub(super) settled: Mark,
    /// How much of what is to be told is so too.
    pub(super) told: usize,
    pub(super) past_pivot: bool,
    pub(super) stopping: bool,
    pub(super) stopped: Option<Stopped>,
}

impl<'a, C: Send + Sync + 'static> Durable<'a, C> {
    pub(crate) fn new(on: Surroundings<'a, C>, desk: Box<Desk<'a>>, link: &'a Link, script: Script) -> Self {
        // An execution that was not written yet has no mail.
        if !desk.is_new() {
            link.expect_mail();
        }
        Self {
            on,
            desk,
            link,
            script,
            live: false,
            flights: Flights::default(),
            by_op: BTreeMap::new(),
            timers: BTreeMap::new(),
            tasks: Vec::new(),
            signals: Vec::new(),
            running: Running::default(),
            mail: Mail::default(),
            reads: Vec::new(),
            stillborn: VecDeque::new(),
            late: None,
            said: Vec::new(),
            settled: Mark::default(),
            told: 0,
            past_pivot: false,
            stopping: false,
            stopped: None,
        }
    }

    pub(super) fn now(&self) -> i64 {
        self.on.now()
    }

    /// Notes what follows from the machine alone; if nothing comes of it, it can be computed again.
    pub(super) fn record(&mut self, record: &Record) {
        self.desk.record(record);
        self.check();
    }

    /// Notes what came from outside.
    pub(super) fn record_settled(&mut self, record: &Record) {
        self.record(record);
        self.settled = self.desk.events.mark();
        self.told = self.said.len();
    }

    fn check(&mut self) {
        if let Some(what) = self.desk.wrong.take() {
            self.refuse(String::new(), what);
        }
    }

    pub(super) fn refuse(&mut self, node: String, what: String) {
        self.stopped.get_or_insert(Stopped::Refused(Mismatch { node, what }));
    }

    /// Waits for an attempt, a timer or mail; `None` when there is none to tell of.
    async fn wait(&mut self) -> Option<Event> {
        enum Woken<C: 'static> {
            Landed(Landed<C>),
            Other,
        }
        let due = self.timers.first_key_value().map(|((due, _), _)| *due);
        let mut sleep = due.map(|due| {
            let wait = u64::try_from(due.saturating_sub(self.now())).unwrap_or_default();
            self.on.clock.sleep(Duration::from_millis(wait))
        });
        let link = self.link;
        let woken = {
            let mut kicked = pin!(link.kick.notified());
            poll_fn(|cx| {
                if let Poll::Ready(landed) = self.running.poll(cx) {
                    return Poll::Ready(Woken::Landed(landed));
                }
                let slept = sleep.as_mut().is_some_and(|sleep| sleep.as_mut().poll(cx).is_ready());
                if slept || kicked.as_mut().poll(cx).is_ready() { Poll::Ready(Woken::Other) } else { Poll::Pending }
            })
            .await
        };
        match woken {
            Woken::Landed(landed) if self.link.has_rung() || self.is_due() => {
                self.late = Some(landed);
                None
            }
            Woken::Landed(landed) => self.landed(landed),
            Woken::Other => None,
        }
    }

    /// Whether a timer is due.
    fn is_due(&self) -> bool {
        self.timers.first_key_value().is_some_and(|((due, _), _)| *due <= self.now())
    }

    /// Fetches mail, if somebody said that there is some.
    async fn fetch(&mut self) {
        if self.link.look() {
            match super::desk::patiently(|| self.desk.inbox()).await {
                Ok(inbox) => self.mail.fetch(inbox),
                // What has happened since the last write is known only here: it is kept, and the mail is fetched later.
                Err(error) if error.is_transient() => self.link.ring(),
                Err(error) => self.stopped = Some(Stopped::Store(error)),
            }
        }
    }
}

impl<'a, C: Send + Sync + 'static> Host<C> for Durable<'a, C> {
    fn issue(&mut self, issue: Issue<C>) {
        if self.stopped.is_some() {
            return;
        }
        match issue {
            Issue::Begin(operation) => self.begin(operation),
            Issue::Settle(id) => {
                if let Some(Flight { due, work: Work::Task(task), .. }) = self.flights.get_mut(id) {
                    task.settle = true;
                    let again = task.last.is_some() && task.stage == Stage::Ready;
                    if self.live && (again || task.stage == Stage::Waiting) {
                        task.stage = Stage::Over;
                    } else if task.stage == Stage::Waiting {
                        // Had it waited then, its end would stand beside what stopped it: it ran, and has to run again.
                        task.stage = Stage::Ready;
                        due.take().map(|due| self.timers.remove(&(due, id.generation)));
                    }
                }
            }
            Issue::Withdraw(id) => {
                self.land(id);
            }
            Issue::Skipped(path) => {
                self.said.push(Observed::StepSkipped(At { node: path.to_string(), attempt: 0 }));
            }
            Issue::Emitted(path) => {
                self.on.passes(NodeKind::Emit, &path);
            }
            Issue::PastPivot => self.past_pivot = true,
            Issue::Stopping => {}
            Issue::Chose { path, arm, label, bound } => match bound.to_raw() {
                Ok(bound) => {
                    let choice = Choice { arm, label: label.to_owned(), bound };
                    self.record(&Record::Chose(path.to_string(), choice));
                }
                Err(error) => self.refuse(path.to_string(), format!("what its pattern binds is not JSON: {error}")),
            },
            Issue::Items { path, items } => match items.iter().map(|item| item.to_raw()).collect() {
                Ok(items) => self.record(&Record::Items(path.to_string(), items)),
                Err(error) => self.refuse(path.to_string(), format!("an item of the loop is not JSON: {error}")),
            },
            Issue::Reads(reads) => self.reads = reads,
            Issue::Refused(mismatch) => {
                self.stopped.get_or_insert(Stopped::Refused(mismatch));
            }
            Issue::RollingBack => {
                self.stopping = true;
                // What still waits, waits for nothing: nobody looks at a deadline on the way back.
                let waits = self.flights.iter().filter(|(_, flight)| !matches!(flight.work, Work::Task(_)));
                for id in waits.map(|(id, _)| id).collect::<Vec<_>>() {
                    self.land(id);
                }
                if self.script.rollbacks > 0 {
                    self.script.rollbacks -= 1;
                } else {
                    self.record(&Record::RollingBack);
                }
            }
        }
    }

    async fn next(&mut self) -> Option<Event> {
        loop {
            if self.stopped.is_some() {
                return None;
            }
            if let Some(event) = self.replay() {
                return Some(event);
            }
            self.fetch().await;
            if self.stopped.is_some() {
                return None;
            }
            if let Some(event) = self.at_once() {
                return Some(event);
            }
            if let Some(event) = self.late.take().and_then(|landed| self.landed(landed)) {
                return Some(event);
            }
            self.commit().await;
            if self.stopped.is_some() {
                return None;
            }
            if let Some(event) = self.wait().await {
                return Some(event);
            }
        }
    }
}
