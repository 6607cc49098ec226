//! What may happen next: the one transition function, shared by the engine, recovery and tests.

use std::collections::BTreeSet;
use std::fmt;

use crate::store::ExecutionStatus;

use super::record::{Op, OpKind, Record};

/// Where an execution is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Running,
    Compensating,
    Completed,
    Compensated,
    Failed,
}

/// What a journal amounts to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    phase: Phase,
    past_pivot: bool,
    in_flight: BTreeSet<Op>,
    /// Signals that arrived and that no wait has got.
    signals: BTreeSet<u64>,
    arrived: u64,
}

/// A record that may not follow the journal before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Illegal {
    phase: Phase,
    record: String,
}

impl fmt::Display for Illegal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cannot follow while the execution is {:?}", self.record, self.phase)
    }
}

impl State {
    /// The state of an empty journal.
    pub(crate) fn new() -> Self {
        Self {
            phase: Phase::Running,
            past_pivot: false,
            in_flight: BTreeSet::new(),
            signals: BTreeSet::new(),
            arrived: 0,
        }
    }

    pub(crate) fn phase(&self) -> Phase {
        self.phase
    }

    pub(crate) fn past_pivot(&self) -> bool {
        self.past_pivot
    }

    #[cfg(test)]
    pub(super) fn in_flight(&self) -> &BTreeSet<Op> {
        &self.in_flight
    }

    /// The state after one more record. Every legal transition is listed here, and nothing else is legal.
    pub(crate) fn next(mut self, record: &Record) -> Result<Self, Illegal> {
        use Phase::{Compensated, Compensating, Completed, Failed, Running};
        match (self.phase, record) {
            // Forward.
            (Running, Record::Chose(..) | Record::Items(..)) => {}
            (Running, Record::Began(op, _)) => self.begin(op, record)?,
            (Running, Record::Succeeded(op, success)) => {
                self.land(op, &[OpKind::Step, OpKind::Undo], record)?;
                self.past_pivot |= success.pivot;
            }
            (Running, Record::Failed(op, _)) => self.land(op, &[OpKind::Step, OpKind::Undo], record)?,
            (Running, Record::Woke(op)) => self.land(op, &[OpKind::Sleep, OpKind::Deadline], record)?,
            (Running, Record::Expired(op)) => self.land(op, &[OpKind::Signal], record)?,
            (Running, Record::Received(op, signal)) => {
                self.land(op, &[OpKind::Signal], record)?;
                if !self.signals.remove(signal) {
                    return Err(self.illegal(record));
                }
            }
            (Running, Record::CancelRequested) if !self.past_pivot => {}
            (Running, Record::RollingBack) if !self.past_pivot && self.is_quiet() => {
                self.in_flight.clear();
                self.phase = Compensating;
            }
            (Running, Record::Ended(ExecutionStatus::Completed)) if self.is_quiet() => self.end(Completed),
            (Running, Record::Ended(ExecutionStatus::Failed)) if self.past_pivot && self.is_quiet() => self.end(Failed),

            // Backward: nothing but compensations.
            (Compensating, Record::Began(op, _)) if op.kind == OpKind::Undo => self.begin(op, record)?,
            (Compensating, Record::Succeeded(op, _) | Record::Failed(op, _)) => {
                self.land(op, &[OpKind::Undo], record)?;
            }
            (Compensating, Record::Ended(ExecutionStatus::Compensated)) if self.is_quiet() => self.end(Compensated),
            (Compensating, Record::Ended(ExecutionStatus::Failed)) if self.is_quiet() => self.end(Failed),

            // Signals are kept until somebody waits for them.
            (Running | Compensating, Record::Signalled(_)) => {
                self.signals.insert(self.arrived);
                self.arrived += 1;
            }

            // After the end.
            (Completed, Record::UndoRequested) if !self.past_pivot => self.phase = Compensating,
            (Failed, Record::RetryRequested) if !self.past_pivot => self.phase = Compensating,

            _ => return Err(self.illegal(record)),
        }
        Ok(self)
    }

    /// Whether no step and no compensation is in flight.
    fn is_quiet(&self) -> bool {
        !self.in_flight.iter().any(|op| matches!(op.kind, OpKind::Step | OpKind::Undo))
    }

    fn begin(&mut self, op: &Op, record: &Record) -> Result<(), Illegal> {
        if self.in_flight.insert(op.clone()) { Ok(()) } else { Err(self.illegal(record)) }
    }

    fn land(&mut self, op: &Op, kinds: &[OpKind], record: &Record) -> Result<(), Illegal> {
        if kinds.contains(&op.kind) && self.in_flight.remove(op) { Ok(()) } else { Err(self.illegal(record)) }
    }

    fn end(&mut self, phase: Phase) {
        self.in_flight.clear();
        self.phase = phase;
    }

    fn illegal(&self, record: &Record) -> Illegal {
        let (kind, path) = record.names();
        Illegal { phase: self.phase, record: format!("`{}` at `{path}`", kind.concat()) }
    }
}
