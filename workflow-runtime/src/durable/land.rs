//! How operations end: an attempt, a step, and what is taken out of flight.

use anyhow::anyhow;

use crate::execute::{Event, OpId};
use crate::journal::Record;
use crate::step::Settlement;

use super::desk::Retrying;
use super::flight::{Flight, Stage, Work, failure};
use super::host::{Durable, Landed};

impl<C: Send + Sync + 'static> Durable<'_, C> {
    /// Takes an operation out of flight.
    pub(super) fn land(&mut self, id: OpId) -> Option<Flight<C>> {
        let flight = self.flights.remove(id)?;
        if !self.live {
            self.by_op.remove(&flight.op);
        }
        if let Some(due) = flight.due {
            self.timers.remove(&(due, id.generation));
        }
        match &flight.work {
            Work::Task(_) => self.tasks.retain(|task| *task != id),
            Work::Signal(_) => self.signals.retain(|signal| *signal != id),
            Work::Wait => {}
        }
        Some(flight)
    }

    /// An attempt has ended: the step is over, or waits for its next attempt.
    pub(super) fn landed(&mut self, (id, settlement, attempts): Landed<C>) -> Option<Event> {
        let Some(Flight { op, due, work: Work::Task(task), .. }) = self.flights.get_mut(id) else { return None };
        let attempt = task.attempt;
        let attempts = task.attempts.insert(attempts);
        let Err(failed) = &settlement.result else { return self.settle(id, attempt, settlement) };
        let wait = if task.settle { None } else { attempts.retry_after(attempt, &failed.error) };
        let Some(wait) = wait else { return self.settle(id, attempt, settlement) };
        if self.on.observed() {
            self.said.push(attempts.ended(attempt, Some(&failed.error), Some(wait)));
            self.told = self.said.len();
        }
        let until = self.on.now().saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
        let told = failure(attempt, failed);
        let retrying = Retrying {
            attempts: attempt,
            due: until,
            error: told.error,
            permanent: told.permanent,
            payload: told.payload,
        };
        self.desk.retries.insert(op.path.to_string(), retrying);
        self.desk.dirty = true;
        task.attempt = attempt.saturating_add(1);
        task.stage = Stage::Waiting;
        task.last = Some(settlement);
        *due = Some(until);
        self.timers.insert((until, id.generation), id);
        None
    }

    /// A step is over: notes how, and tells the machine and observers.
    pub(super) fn settle(&mut self, id: OpId, attempts: u32, mut settlement: Settlement) -> Option<Event> {
        let Flight { op, work: Work::Task(task), .. } = self.land(id)? else { return None };
        if self.desk.retries.remove(&*op.path).is_some() {
            self.desk.dirty = true;
        }
        let record = match task.success(attempts, &settlement) {
            Ok(Some(success)) => Record::Succeeded(op, success),
            Ok(None) => match &settlement.result {
                Err(failed) => Record::Failed(op, failure(attempts, failed)),
                Ok(_) => return None,
            },
            Err(error) => {
                settlement = Settlement::failed(anyhow!(error).context("what it gave cannot be recorded"));
                let Err(failed) = &settlement.result else { return None };
                Record::Failed(op, failure(attempts, failed))
            }
        };
        if let Some(of) = task.attempts.as_ref().filter(|_| self.on.observed()) {
            let error = settlement.result.as_ref().err().map(|failed| &failed.error);
            self.said.push(of.ended(attempts, error, None));
        }
        self.record_settled(&record);
        Some(Event::Settled { id, attempts, returned: settlement.into() })
    }
}
