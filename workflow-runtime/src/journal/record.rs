//! One thing that happened, and its stored form.

use std::borrow::Cow;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::execute::{Choice, Input, Json};
use crate::store::{Events, ExecutionStatus, StoredEvent};

/// An operation of an execution: a node, and what is done there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Op {
    pub(crate) kind: OpKind,
    /// Usually the name of a node, as the program has it.
    pub(crate) path: Cow<'static, str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum OpKind {
    Step,
    Undo,
    Sleep,
    Signal,
    Deadline,
}

impl Op {
    fn names(&self, what: &'static str) -> ([&'static str; 2], &str) {
        ([self.kind.as_str(), what], &self.path)
    }
}

impl OpKind {
    pub(crate) const ALL: [Self; 5] = [Self::Step, Self::Undo, Self::Sleep, Self::Signal, Self::Deadline];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::Undo => "undo",
            Self::Sleep => "sleep",
            Self::Signal => "signal",
            Self::Deadline => "deadline",
        }
    }
}

/// One thing that happened.
#[derive(Debug, Clone)]
pub(crate) enum Record {
    /// A condition chose an arm.
    Chose(String, Choice),
    /// The items of a loop were computed.
    Items(String, Vec<Json>),
    /// An operation is about to begin.
    Began(Op, Began),
    /// A step or compensation succeeded.
    Succeeded(Op, Success),
    /// A step or compensation failed for good.
    Failed(Op, Failure),
    /// A sleep or a deadline is over.
    Woke(Op),
    /// A wait for a signal got the arrived signal of this number, counted from 0.
    Received(Op, u64),
    /// A wait for a signal ended without one.
    Expired(Op),
    /// A signal arrived.
    Signalled(Signal),
    /// Somebody asked to stop and roll back.
    CancelRequested,
    /// From here on everything is undone.
    RollingBack,
    /// It ended so.
    Ended(ExecutionStatus),
    /// Somebody asked to undo it after its completion.
    UndoRequested,
    /// Somebody asked to undo again what gave up.
    RetryRequested,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Began {
    /// The step, or the signal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) runs: Option<Cow<'static, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) input: Option<Input>,
    /// When a wait ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) due: Option<i64>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Success {
    pub(crate) attempts: u32,
    pub(crate) output: Json,
    /// One value, where the undo payload is not the output.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) payload: Vec<Json>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) pivot: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) events: Vec<Emitted>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Failure {
    pub(crate) attempts: u32,
    pub(crate) error: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) permanent: bool,
    /// One value, where the step failed half-way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) payload: Vec<Json>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Emitted {
    pub(crate) name: String,
    pub(crate) data: Json,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Signal {
    pub(crate) workflow: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    pub(crate) type_name: String,
    pub(crate) value: Json,
}

#[derive(Serialize, Deserialize)]
struct Received {
    signal: u64,
}

#[derive(Serialize, Deserialize)]
struct Items<'a> {
    items: Cow<'a, [Json]>,
}

#[derive(Serialize)]
struct Nothing {}

#[derive(Serialize, Deserialize)]
struct Ended {
    status: String,
}

impl Record {
    /// Adds the form in which a store keeps it.
    ///
    /// # Errors
    /// Never for what the engine records: every value in it is JSON already.
    pub(crate) fn write(&self, events: &mut Events) -> serde_json::Result<()> {
        let (kind, path) = self.names();
        match self {
            Self::Chose(_, choice) => events.push(kind, path, choice),
            Self::Items(_, items) => events.push(kind, path, &Items { items: Cow::Borrowed(items) }),
            Self::Began(_, began) => events.push(kind, path, began),
            Self::Succeeded(_, success) => events.push(kind, path, success),
            Self::Failed(_, failure) => events.push(kind, path, failure),
            Self::Received(_, signal) => events.push(kind, path, &Received { signal: *signal }),
            Self::Signalled(signal) => events.push(kind, path, signal),
            Self::Ended(status) => events.push(kind, path, &Ended { status: status.to_string() }),
            Self::Woke(_)
            | Self::Expired(_)
            | Self::CancelRequested
            | Self::RollingBack
            | Self::UndoRequested
            | Self::RetryRequested => events.push(kind, path, &Nothing {}),
        }
    }

    /// What it is called, in two parts, and where it happened.
    pub(crate) fn names(&self) -> ([&'static str; 2], &str) {
        match self {
            Self::Chose(path, _) => (["chose", ""], path),
            Self::Items(path, _) => (["items", ""], path),
            Self::Began(op, _) => op.names(".began"),
            Self::Succeeded(op, _) => op.names(".succeeded"),
            Self::Failed(op, _) => op.names(".failed"),
            Self::Woke(op) => op.names(".woke"),
            Self::Received(op, _) => op.names(".received"),
            Self::Expired(op) => op.names(".expired"),
            Self::Signalled(_) => (["signalled", ""], ""),
            Self::CancelRequested => (["cancel requested", ""], ""),
            Self::RollingBack => (["rolling back", ""], ""),
            Self::Ended(_) => (["ended", ""], ""),
            Self::UndoRequested => (["undo requested", ""], ""),
            Self::RetryRequested => (["retry requested", ""], ""),
        }
    }

    /// Reads the stored form.
    ///
    /// # Errors
    /// The text says what cannot be read.
    pub(crate) fn from_stored(stored: StoredEvent) -> Result<Self, String> {
        let StoredEvent { seq, kind, path, data, .. } = stored;
        let place = format!("event {seq} of the journal (`{kind}` at `{path}`)");
        let read = || -> serde_json::Result<Option<Self>> {
            Ok(Some(match kind.as_str() {
                "chose" => Self::Chose(path, parse(&data)?),
                "items" => Self::Items(path, parse::<Items<'_>>(&data)?.items.into_owned()),
                "signalled" => Self::Signalled(parse(&data)?),
                "cancel requested" => Self::CancelRequested,
                "rolling back" => Self::RollingBack,
                "undo requested" => Self::UndoRequested,
                "retry requested" => Self::RetryRequested,
                "ended" => match parse::<Ended>(&data)?.status.parse() {
                    Ok(status) => Self::Ended(status),
                    Err(_) => return Ok(None),
                },
                other => {
                    let Some((op, what)) = other.split_once('.') else { return Ok(None) };
                    let Some(kind) = OpKind::ALL.into_iter().find(|kind| kind.as_str() == op) else { return Ok(None) };
                    let op = Op { kind, path: path.into() };
                    match what {
                        "began" => Self::Began(op, parse(&data)?),
                        "succeeded" => Self::Succeeded(op, parse(&data)?),
                        "failed" => Self::Failed(op, parse(&data)?),
                        "woke" => Self::Woke(op),
                        "received" => Self::Received(op, parse::<Received>(&data)?.signal),
                        "expired" => Self::Expired(op),
                        _ => return Ok(None),
                    }
                }
            }))
        };
        match read() {
            Ok(Some(record)) => Ok(record),
            Ok(None) => Err(format!("{place} is of no known kind")),
            Err(error) => Err(format!("{place} cannot be read: {error}")),
        }
    }
}

fn parse<T: DeserializeOwned>(data: &str) -> serde_json::Result<T> {
    serde_json::from_str(data)
}
