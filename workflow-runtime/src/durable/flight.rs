//! Operations in flight, as the durable host sees them.

use crate::data::record;
use crate::event::Event;
use crate::execute::{Json, Mismatch, read_back};
use crate::graph::SignalNode;
use crate::in_process::Attempts;
use crate::journal::{Emitted, Failure, Op, Success};
use crate::step::{Codec, Failed, Settlement, StepError, Succeeded};

/// An operation in flight.
pub(super) struct Flight<C: 'static> {
    pub(super) op: Op,
    /// When a wait, or the wait before the next attempt, is over.
    pub(super) due: Option<i64>,
    pub(super) work: Work<C>,
    /// Whether its intent was in the journal, so that nobody knows whether it ran.
    pub(super) begun_before: bool,
}

pub(super) enum Work<C: 'static> {
    Task(Task<C>),
    /// A sleep or a deadline.
    Wait,
    Signal(&'static SignalNode),
}

/// A step or a compensation.
pub(super) struct Task<C: 'static> {
    /// `None` while an attempt runs.
    pub(super) attempts: Option<Attempts<C>>,
    /// The attempt that runs, or is next.
    pub(super) attempt: u32,
    pub(super) stage: Stage,
    /// How the attempt before ended.
    pub(super) last: Option<Settlement>,
    /// There is no further attempt.
    pub(super) settle: bool,
    /// `None` for a compensation, whose output nobody reads.
    pub(super) codec: Option<&'static Codec>,
    pub(super) pivot: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// It is to be attempted after the next write.
    Ready,
    Running,
    /// It waits for its next attempt.
    Waiting,
    /// It will not be attempted: it ends as `last` says.
    Over,
}

impl<C: 'static> Task<C> {
    /// What is recorded of a success.
    pub(super) fn success(&self, attempts: u32, settlement: &Settlement) -> serde_json::Result<Option<Success>> {
        let Ok(succeeded) = &settlement.result else { return Ok(None) };
        let output = match self.codec {
            Some(_) => succeeded.output.to_raw()?,
            None => Json::default(),
        };
        let payload = succeeded.payload.iter().map(|payload| payload.to_raw()).collect::<Result<_, _>>()?;
        let events = settlement.events.iter().map(emitted).collect::<Result<_, _>>()?;
        Ok(Some(Success { attempts, output, payload, pivot: self.pivot, events }))
    }

    /// Whether it may not be attempted again when it is in doubt.
    pub(super) fn is_at_most_once(&self) -> bool {
        self.attempts.as_ref().is_some_and(|attempts| attempts.info.at_most_once)
    }

    /// A recorded success.
    pub(super) fn replay_success(&self, path: &str, success: Success) -> Result<Settlement, Mismatch> {
        let mismatch = |what| Mismatch { node: path.to_owned(), what };
        let succeeded = match self.codec {
            None => Succeeded { output: record(()), payload: None },
            Some(codec) => Succeeded {
                output: read_back(codec.output, &success.output).map_err(mismatch)?,
                payload: match success.payload.first() {
                    Some(payload) => Some(read_back(codec.payload, payload).map_err(mismatch)?),
                    None => None,
                },
            },
        };
        let events = success.events.into_iter().map(|event| Event::stored(event.name, event.data)).collect();
        Ok(Settlement { result: Ok(succeeded), events })
    }

    /// A recorded failure.
    pub(super) fn replay_failure(
        &self,
        path: &str,
        error: String,
        permanent: bool,
        payload: Option<&Json>,
    ) -> Result<Settlement, Mismatch> {
        let payload = match (payload, self.codec) {
            (Some(payload), Some(codec)) => {
                Some(read_back(codec.payload, payload).map_err(|what| Mismatch { node: path.to_owned(), what })?)
            }
            _ => None,
        };
        let error = StepError::new(error);
        let error = if permanent { error.permanent() } else { error };
        Ok(Settlement { result: Err(Failed { error: error.into(), payload }), events: Vec::new() })
    }
}

/// What is recorded of a failure; a payload that cannot be recorded is left out.
pub(super) fn failure(attempts: u32, failed: &Failed) -> Failure {
    Failure {
        attempts,
        error: format!("{:#}", failed.error),
        permanent: crate::step::is_permanent(&failed.error),
        payload: failed.payload.iter().filter_map(|payload| payload.to_raw().ok()).collect(),
    }
}

pub(super) fn emitted(event: &Event) -> serde_json::Result<Emitted> {
    Ok(Emitted { name: event.name().to_owned(), data: event.to_raw()? })
}
