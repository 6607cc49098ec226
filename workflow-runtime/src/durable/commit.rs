//! Writing: the last completion together with the intents that follow from it; then, and only then, they begin.

use crate::error::WorkflowError;
use crate::execute::{End, NodeFailure, Report, RolledBack, Stop};
use crate::journal::{Phase, Record};
use crate::observe::Observed;
use crate::store::{Events, ExecutionStatus, Mark, NewOutboxEvent, StoreError};

use super::desk::{Retrying, Unwritten, Write};
use super::flight::{Flight, Stage, Work, emitted};
use super::host::{Durable, Stopped};
use super::outcome::stored_error;

/// A wait that ends within so many milliseconds is waited for; a longer one gives task and memory back.
const LINGER: i64 = 500;

impl<C: Send + Sync + 'static> Durable<'_, C> {
    /// Writes what has collected, tells of it, and begins what it says.
    pub(super) async fn commit(&mut self) {
        let (busy, now) = (!self.running.is_empty(), self.now());
        if self.link.is_closing() {
            if !busy {
                Box::pin(self.close_up(now)).await;
            }
            return;
        }
        if self.flights.is_empty() {
            self.refuse(String::new(), "nothing is in flight, and it has not ended".to_owned());
            return;
        }
        let ready = self.has_ready();
        let next = self.timers.first_key_value().map(|((due, _), _)| *due);
        let park = !busy && !ready && next.is_none_or(|due| due.saturating_sub(now) > LINGER);
        if self.desk.has_news() || park {
            let status = match self.desk.state.phase() {
                Phase::Compensating => ExecutionStatus::Compensating,
                _ if busy || ready => ExecutionStatus::Running,
                _ => ExecutionStatus::Waiting,
            };
            self.write(Write { due: next, release: park, ..Write::new(now, status) }).await;
            if self.stopped.is_some() {
                return;
            }
        }
        self.tell();
        if park {
            self.stopped = Some(Stopped::Waiting(next));
            return;
        }
        self.start();
    }

    fn has_ready(&self) -> bool {
        self.flights.iter().any(|(_, flight)| matches!(&flight.work, Work::Task(task) if task.stage == Stage::Ready))
    }

    async fn write(&mut self, write: Write) {
        let (on, link, is_new) = (self.on, self.link, self.desk.is_new());
        let told = |error: &StoreError, wait, long| match long {
            false => {
                on.tell(|| Observed::WriteRetrying { error: error.to_string(), wait });
                true
            }
            // Who began it has to hear that it did not begin.
            true if is_new => false,
            // What has happened since the last write is known only here: it is kept, or steps would run again and again.
            true => {
                if link.begins_outage(error) {
                    on.tell(|| Observed::WriteFailed { error: error.to_string() });
                }
                !link.is_closing()
            }
        };
        let written = self.desk.write(write, &told).await;
        let known = link.outage_is_over();
        match written {
            Ok(()) => self.settled = Mark::default(),
            Err(Unwritten::Taken) => self.stopped = Some(Stopped::Taken),
            Err(Unwritten::Failed(error)) => {
                if !known && !error.is_lost() {
                    on.tell(|| Observed::WriteFailed { error: error.to_string() });
                }
                self.stopped = Some(Stopped::Store(error));
            }
        }
    }

    /// Gives the execution up: what has begun but not started is forgotten, and follows again from what is written.
    async fn close_up(&mut self, now: i64) {
        self.desk.events.cut(self.settled);
        self.said.truncate(self.told);
        // Something else may have been settled after a step was to begin. Then that is written too, and that it has not started.
        for id in &self.tasks {
            let Some(Flight { op, work: Work::Task(task), .. }) = self.flights.get(*id) else { continue };
            if task.is_at_most_once() && task.stage == Stage::Ready {
                let path = op.path.to_string();
                self.desk.retries.entry(path).or_insert_with(|| Retrying::not_started(now));
            }
        }
        let status = match self.desk.state.phase() {
            Phase::Compensating => ExecutionStatus::Compensating,
            _ => ExecutionStatus::Running,
        };
        self.write(Write { due: Some(now), release: true, ..Write::new(now, status) }).await;
        if self.stopped.is_none() {
            self.tell();
            self.stopped = Some(Stopped::Closing);
        }
    }

    /// Tells observers what is durable now.
    fn tell(&mut self) {
        self.told = 0;
        for said in std::mem::take(&mut self.said) {
            self.on.tell(|| said);
        }
    }

    /// Begins the attempts that are ready.
    fn start(&mut self) {
        for id in &self.tasks {
            let Some(Work::Task(task)) = self.flights.get_mut(*id).map(|flight| &mut flight.work) else { continue };
            if task.stage != Stage::Ready {
                continue;
            }
            let Some(attempts) = task.attempts.take() else { continue };
            task.stage = Stage::Running;
            let (id, attempt, on) = (*id, task.attempt, self.on);
            self.running.push(Box::pin(async move {
                let settlement = attempts.observed(&on, attempt).await;
                (id, settlement, attempts)
            }));
        }
    }

    /// Writes the end, with everything that follows from it.
    pub(crate) async fn finish(&mut self, end: &End, report: &Report) -> Option<Finished> {
        let now = self.now();
        let written = match end {
            End::Completed { output, events } => output.to_raw().and_then(|output| {
                let write =
                    Write { result: Some(output.get().to_owned()), ..Write::new(now, ExecutionStatus::Completed) };
                Ok(Write { outbox: outbox(events)?, ..write })
            }),
            End::RolledBack(ended) => {
                let RolledBack { failures, stop, past_pivot, events } = &**ended;
                stored_error(failures, stop.as_ref(), *past_pivot, report).and_then(|error| {
                    let failed = *past_pivot || !report.not_undone.is_empty();
                    let status = if failed { ExecutionStatus::Failed } else { ExecutionStatus::Compensated };
                    Ok(Write { error: Some(error), outbox: outbox(events)?, ..Write::new(now, status) })
                })
            }
        };
        let write = match written {
            Ok(write) => Write { release: true, ..write },
            Err(error) => {
                self.refuse(String::new(), format!("its result cannot be recorded: {error}"));
                return None;
            }
        };
        self.desk.retries.clear();
        self.desk.record(&Record::Ended(write.status));
        if let Some(what) = self.desk.wrong.take() {
            self.refuse(String::new(), what);
            return None;
        }
        let finished = Finished { status: write.status, result: write.result.clone(), error: write.error.clone() };
        self.write(write).await;
        if self.stopped.is_some() {
            return None;
        }
        self.tell();
        Some(finished)
    }

    /// Writes down that the definition does not fit, and nothing else.
    pub(crate) async fn park(&mut self, error: String) {
        self.desk.events = Events::default();
        self.desk.consumed.clear();
        let write = Write { release: true, error: Some(error), ..Write::new(self.now(), ExecutionStatus::Parked) };
        self.write(write).await;
    }

    /// Whether the script has the end that the machine has just reached.
    pub(crate) fn has_ended_before(&mut self) -> bool {
        let ended = self.script.ends > 0;
        self.script.ends = self.script.ends.saturating_sub(1);
        ended
    }

    /// What the script says happened after an end.
    pub(crate) fn after_end(&mut self) -> Option<crate::execute::Event> {
        self.replay()
    }

    pub(crate) fn stopped(&mut self) -> Option<Stopped> {
        self.stopped.take()
    }

    /// Tells that the execution did not complete: observers, and the trace.
    pub(crate) fn say_failed(&self, failures: &[NodeFailure], stop: Option<&Stop>, past_pivot: bool, report: &Report) {
        let error = || {
            let (failures, report) = (failures.to_vec(), report.clone());
            WorkflowError::new(self.on.run.clone(), failures, stop.cloned(), past_pivot, report)
        };
        self.on.tell(|| {
            let error = error();
            Observed::WorkflowFailed { status: error.status(), error: error.to_string() }
        });
        self.on.span.in_scope(|| tracing::error!(target: "workflow", error = %error(), "did not complete"));
    }

    /// Tells that the execution completed: observers, and the trace.
    pub(crate) fn say_completed(&self) {
        self.on.tell(|| Observed::WorkflowCompleted);
        self.on.span.in_scope(|| tracing::info!(target: "workflow", "completed"));
    }
}

/// How an execution ended, as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finished {
    pub(crate) status: ExecutionStatus,
    pub(crate) result: Option<String>,
    pub(crate) error: Option<String>,
}

fn outbox(events: &[crate::event::Event]) -> serde_json::Result<Vec<NewOutboxEvent>> {
    let event =
        |event| emitted(event).map(|event| NewOutboxEvent { name: event.name, data: event.data.get().to_owned() });
    events.iter().map(event).collect()
}
