//! What a run of a test has done, attempt by attempt.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::data::Recorded;
use crate::execute::NodePath;
use crate::graph::NodeKind;
use crate::in_process::contained;
use crate::interpose::{Begin, Interpose, Place};
use crate::step::{BoxFuture, Returned, Settlement};

use super::world::{Change, diff};

/// One attempt of a step or compensation.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    /// The node of the step, also of its compensation; of an `undo!` that has its payload from elsewhere, its own.
    pub(super) path: String,
    /// The `undo!` that asked for the compensation; none where a rollback did.
    pub(super) asked_by: Option<String>,
    pub(super) step: &'static str,
    pub(super) undo: bool,
    pub(super) pivot: bool,
    /// What it was given, as JSON.
    pub(super) input: Value,
    /// When it began and ended, as places in the order of all such moments.
    pub(super) began: usize,
    pub(super) ended: Option<usize>,
    /// How it ended, unless it was dropped or panicked.
    pub(super) result: Option<Result<Value, String>>,
    /// Why a store would not give back what the step gave.
    pub(super) unreadable: Option<String>,
    /// What it did to the world, if somebody wanted to know.
    pub(super) changes: Vec<Change>,
}

impl Seen {
    /// The node that ran: that of the step, or the `undo!`.
    pub(super) fn node(&self) -> &str {
        self.asked_by.as_deref().unwrap_or(&self.path)
    }

    /// The step as a message names it.
    pub(super) fn name(&self) -> String {
        match &self.asked_by {
            Some(undo) => format!("`{}`, which `{undo}` asks for,", self.step),
            None => format!("`{}`", self.step),
        }
    }

    /// Whether a rollback asked for it.
    pub(super) fn is_rollback(&self) -> bool {
        self.undo && self.asked_by.is_none()
    }

    /// Whether it is the work of an `undo!` that has its payload from elsewhere: it undoes no step of this workflow, and
    /// nothing undoes it.
    pub(super) fn is_for_good(&self) -> bool {
        self.asked_by.as_ref() == Some(&self.path)
    }

    pub(super) fn succeeded(&self) -> bool {
        matches!(self.result, Some(Ok(_)))
    }
}

/// A node that is no step, and when the execution first came to it.
#[derive(Debug, Clone)]
pub(super) struct Passed {
    kind: NodeKind,
    pub(super) node: String,
    pub(super) began: usize,
}

/// Takes a snapshot of the world.
pub(super) type Probe = Arc<dyn Fn() -> Value + Send + Sync>;

/// Notes every attempt, and the world between its polls if it is given a probe.
#[derive(Clone, Default)]
pub(super) struct Tracer {
    notes: Arc<Mutex<Notes>>,
    probe: Option<Probe>,
}

#[derive(Default)]
struct Notes {
    seen: Vec<Seen>,
    /// Nodes that are no steps, in the order in which the execution first came to them.
    passed: Vec<Passed>,
    moments: usize,
    /// How many writes there had been when the first compensation began.
    writes_before_undo: Option<u64>,
    meter: Option<Meter>,
}

/// How many writes a store was asked for.
pub(super) type Meter = Arc<dyn Fn() -> u64 + Send + Sync>;

impl Tracer {
    pub(super) fn new(probe: Option<Probe>) -> Self {
        Self { probe, ..Self::default() }
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn measure(&self, meter: Meter) {
        self.notes().meter = Some(meter);
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.notes().seen.clone()
    }

    pub(super) fn passed(&self) -> Vec<Passed> {
        self.notes().passed.clone()
    }

    /// What an execution that does not end waits for.
    pub(super) fn waits_for(&self) -> String {
        let notes = self.notes();
        let hangs = notes.seen.iter().rfind(|seen| seen.ended.is_none());
        let signal = notes.passed.iter().rfind(|passed| passed.kind == NodeKind::Signal);
        match (hangs, signal) {
            (Some(seen), _) => format!("`{}` does not end, and has no timeout", seen.step),
            (None, Some(Passed { node, .. })) => {
                format!(
                    "it waits for the signal `{node}`, and nobody sends it: give the fixture one with `.signal(..)`"
                )
            }
            (None, None) => "nobody knows why".to_owned(),
        }
    }

    /// The first attempt that failed in a way that nobody planned, as the end of a sentence.
    pub(super) fn panicked(&self) -> String {
        let notes = self.notes();
        let panicked = notes.seen.iter().find_map(|seen| {
            let error = seen.result.as_ref()?.as_ref().err()?;
            let why = error.strip_prefix("panicked: ").filter(|why| !why.starts_with("planned"))?;
            Some(format!(", after `{}` had panicked ({why})", seen.step))
        });
        panicked.unwrap_or_default()
    }

    pub(super) fn writes_before_undo(&self) -> Option<u64> {
        self.notes().writes_before_undo
    }

    fn began(&self, place: &Place) -> usize {
        let mut notes = self.notes();
        if place.compensating && notes.writes_before_undo.is_none() {
            notes.writes_before_undo = notes.meter.as_ref().map(|meter| meter());
        }
        notes.moments += 1;
        let seen = Seen {
            path: place.path.to_string(),
            asked_by: place.asked_by.as_ref().map(ToString::to_string),
            step: place.info.name(),
            undo: place.compensating,
            pivot: place.info.pivot,
            input: json(&place.input),
            began: notes.moments,
            ended: None,
            result: None,
            unreadable: None,
            changes: Vec::new(),
        };
        notes.seen.push(seen);
        notes.seen.len() - 1
    }

    fn note(&self, at: usize, note: impl FnOnce(&mut Seen, usize)) {
        let mut notes = self.notes();
        notes.moments += 1;
        let moment = notes.moments;
        if let Some(seen) = notes.seen.get_mut(at) {
            note(seen, moment);
        }
    }

    fn ended(&self, at: usize, settlement: &Settlement) {
        let (result, unreadable) = match &settlement.result {
            Ok(success) => {
                let values = [Some(&success.output), success.payload.as_ref()];
                let unreadable = values.into_iter().flatten().find_map(|value| {
                    let error = value.round_trip().err()?;
                    Some(format!("a `{}` does not come back from JSON as it was: {error:#}", value.type_name()))
                });
                (Ok(json(&success.output)), unreadable)
            }
            Err(failure) => (Err(format!("{:#}", failure.error)), None),
        };
        self.note(at, |seen, moment| {
            seen.ended = Some(moment);
            seen.result = Some(result);
            seen.unreadable = unreadable;
        });
    }
}

/// The value as JSON; null where it cannot be written.
fn json(value: &Recorded) -> Value {
    value.to_json().ok().and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_default()
}

impl Interpose for Tracer {
    fn passes(&self, kind: NodeKind, node: &NodePath, _: &str) -> bool {
        let (node, mut notes) = (node.to_string(), self.notes());
        if !notes.passed.iter().any(|passed| passed.node == node) {
            notes.moments += 1;
            let began = notes.moments;
            notes.passed.push(Passed { kind, node, began });
        }
        false
    }

    fn attempt<'a>(&'a self, place: Place, begin: Begin<'a>) -> BoxFuture<'a, Returned> {
        Box::pin(async move {
            let at = self.began(&place);
            // A panic is a failure, here as for the host.
            let mut step: BoxFuture<'_, Returned> = Box::pin(contained(begin()));
            let returned = match &self.probe {
                None => step.await,
                // What changes while it is polled, it has changed: also beside others.
                Some(probe) => {
                    poll_fn(|cx| {
                        let before = probe();
                        let poll = step.as_mut().poll(cx);
                        let changes = diff(&before, &probe());
                        self.note(at, |seen, _| seen.changes.extend(changes));
                        poll
                    })
                    .await
                }
            };
            let settlement = Settlement::from(returned);
            self.ended(at, &settlement);
            settlement.into()
        })
    }
}
