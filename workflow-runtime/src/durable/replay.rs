//! Events that need no waiting: those of the script, and those that are due.

use std::collections::BTreeMap;

use anyhow::anyhow;

use crate::data::Recorded;
use crate::execute::{Event, OpId, read_back};
use crate::graph::SignalNode;
use crate::journal::{Op, OpKind, Record, Signal};
use crate::step::Settlement;

use super::flight::{Stage, Task, Work};
use super::host::Durable;
use super::mail::{CANCEL, SIGNAL};

impl<C: Send + Sync + 'static> Durable<'_, C> {
    /// The next event of the script; once there is none, what is in flight becomes real.
    pub(super) fn replay(&mut self) -> Option<Event> {
        while self.stopped.is_none()
            && let Some(record) = self.script.played.pop_front()
        {
            if let Some(event) = self.played(record) {
                return Some(event);
            }
        }
        if !self.live && self.stopped.is_none() {
            self.go_live();
        }
        None
    }

    fn played(&mut self, record: Record) -> Option<Event> {
        match record {
            Record::Signalled(signal) => {
                self.mail.arrived(signal);
                None
            }
            Record::CancelRequested => {
                self.stopping = true;
                Some(Event::Cancelled)
            }
            Record::UndoRequested | Record::RetryRequested => {
                self.stopping = true;
                Some(if matches!(record, Record::UndoRequested) { Event::Undo } else { Event::UndoAgain })
            }
            Record::Woke(op) => self.find(&op).map(|id| {
                self.land(id);
                Event::Woke(id)
            }),
            Record::Expired(op) => self.find(&op).map(|id| {
                self.land(id);
                Event::Expired(id)
            }),
            Record::Received(op, number) => {
                let id = self.find(&op)?;
                let node = self.signal_node(id)?;
                let signal = self.mail.take(number)?;
                match read_back(node.decode, &signal.value) {
                    Ok(value) => {
                        self.land(id);
                        Some(Event::Received(id, value))
                    }
                    Err(what) => {
                        self.refuse(op.path.to_string(), what);
                        None
                    }
                }
            }
            Record::Succeeded(op, success) => {
                let attempts = success.attempts;
                self.replayed(&op, attempts, |task| task.replay_success(&op.path, success))
            }
            Record::Failed(op, failure) => {
                let (attempts, permanent, payload) = (failure.attempts, failure.permanent, failure.payload.first());
                self.replayed(&op, attempts, |task| task.replay_failure(&op.path, failure.error, permanent, payload))
            }
            // These follow from the machine, and were sorted out when the script was read.
            Record::Chose(..) | Record::Items(..) | Record::Began(..) | Record::RollingBack | Record::Ended(_) => None,
        }
    }

    fn replayed(
        &mut self,
        op: &Op,
        attempts: u32,
        settlement: impl FnOnce(&Task<C>) -> Result<Settlement, crate::execute::Mismatch>,
    ) -> Option<Event> {
        let id = self.find(op)?;
        let Work::Task(task) = &self.flights.get(id)?.work else { return None };
        match settlement(task) {
            Ok(settlement) => {
                self.land(id);
                Some(Event::Settled { id, attempts, returned: settlement.into() })
            }
            Err(mismatch) => {
                self.refuse(mismatch.node, mismatch.what);
                None
            }
        }
    }

    /// The operation that a record is about.
    fn find(&mut self, op: &Op) -> Option<OpId> {
        let found = self.by_op.get(op).copied();
        if found.is_none() {
            self.missing(op);
        }
        found
    }

    fn missing(&mut self, op: &Op) {
        let kind = op.kind.as_str();
        self.refuse(
            op.path.to_string(),
            format!("the execution has run this {kind}, which the definition no longer has"),
        );
    }

    fn signal_node(&self, id: OpId) -> Option<&'static SignalNode> {
        match self.flights.get(id)?.work {
            Work::Signal(node) => Some(node),
            _ => None,
        }
    }

    /// The script is over: what is in flight begins for real.
    fn go_live(&mut self) {
        self.live = true;
        self.by_op = BTreeMap::new();
        if let Some(op) = self.script.left_over().cloned() {
            self.missing(&op);
            return;
        }
        let mut refused = None;
        for id in &self.tasks {
            let Some(flight) = self.flights.get_mut(*id) else { continue };
            let Work::Task(task) = &mut flight.work else { continue };
            if let Some(retry) = self.desk.retries.get(&*flight.op.path) {
                if retry.attempts == 0 {
                    // Before it starts now, the next write says so: from then on it is in doubt.
                    self.desk.retries.remove(&*flight.op.path);
                    self.desk.dirty = true;
                    task.stage = Stage::Ready;
                    flight.due.take().map(|due| self.timers.remove(&(due, id.generation)));
                    continue;
                }
                let (error, permanent) = (retry.error.clone(), retry.permanent);
                match task.replay_failure(&flight.op.path, error, permanent, retry.payload.first()) {
                    Ok(last) => task.last = Some(last),
                    Err(mismatch) => refused = Some(mismatch),
                }
            } else if flight.begun_before && flight.op.kind == OpKind::Step && task.is_at_most_once() {
                let error = anyhow!("it was in flight when the engine stopped, and may run at most once");
                task.last = Some(Settlement::failed(error));
                task.stage = Stage::Over;
            }
        }
        if let Some(mismatch) = refused {
            self.refuse(mismatch.node, mismatch.what);
        }
    }

    /// An event that has happened already.
    pub(super) fn at_once(&mut self) -> Option<Event> {
        if let Some((id, error)) = self.stillborn.pop_front() {
            return self.settle(id, 1, Settlement::failed(error));
        }
        if let Some(event) = self.over() {
            return Some(event);
        }
        while let Some(message) = self.mail.read() {
            self.desk.consumed.push(message.id.clone());
            match message.kind.as_str() {
                SIGNAL => match serde_json::from_str::<Signal>(&message.data) {
                    Ok(signal) => {
                        self.record_settled(&Record::Signalled(signal.clone()));
                        self.mail.arrived(signal);
                    }
                    Err(error) => {
                        tracing::warn!(target: "workflow", %error, id = &*self.desk.id, "a signal cannot be read");
                    }
                },
                // A request that comes too late changes nothing.
                CANCEL if !self.past_pivot && !self.stopping => {
                    self.stopping = true;
                    self.record_settled(&Record::CancelRequested);
                    return Some(Event::Cancelled);
                }
                CANCEL => {}
                kind => {
                    tracing::warn!(target: "workflow", kind, id = %self.desk.id, "a message of no known kind is left out");
                }
            }
        }
        self.deliver().or_else(|| self.due())
    }

    /// A task that will not be attempted any more.
    fn over(&mut self) -> Option<Event> {
        let over = self.tasks.iter().find_map(|id| match &mut self.flights.get_mut(*id)?.work {
            Work::Task(task) if task.stage == Stage::Over => {
                Some((*id, task.attempt.saturating_sub(1).max(1), task.last.take()?))
            }
            _ => None,
        });
        let (id, attempts, last) = over?;
        self.settle(id, attempts, last)
    }

    /// A signal that somebody waits for.
    fn deliver(&mut self) -> Option<Event> {
        loop {
            let waiting: Vec<_> = self.signals.iter().filter_map(|id| self.signal_node(*id)).collect();
            let (number, place) = self.mail.match_up(&waiting)?;
            let (id, node) = (*self.signals.get(place)?, *waiting.get(place)?);
            let signal = self.mail.take(number)?;
            let value: Result<Recorded, _> = node.decode.read(signal.value.get());
            match value {
                Ok(value) => {
                    let flight = self.land(id)?;
                    self.record_settled(&Record::Received(flight.op, number));
                    return Some(Event::Received(id, value));
                }
                Err(error) => {
                    tracing::warn!(target: "workflow", %error, node = node.name, "a signal cannot be read");
                }
            }
        }
    }

    /// A wait that is over.
    fn due(&mut self) -> Option<Event> {
        if self.timers.is_empty() {
            return None;
        }
        let now = self.now();
        while let Some(first) = self.timers.first_entry()
            && first.key().0 <= now
        {
            let id = first.remove();
            let Some(flight) = self.flights.get_mut(id) else { continue };
            flight.due = None;
            match &mut flight.work {
                Work::Task(task) => task.stage = Stage::Ready,
                Work::Wait => {
                    let flight = self.land(id)?;
                    self.record_settled(&Record::Woke(flight.op));
                    return Some(Event::Woke(id));
                }
                Work::Signal(_) => {
                    let flight = self.land(id)?;
                    self.record_settled(&Record::Expired(flight.op));
                    return Some(Event::Expired(id));
                }
            }
        }
        None
    }
}
