//! One thing that happened, and its stored form.

use std::sync::Arc;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::execute::{Choice, Input, Json};
use crate::store::{ExecutionStatus, NewEvent, StoredEvent};

/// An operation of an execution: a node, and what is done there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Op {
    pub(crate) kind: OpKind,
    pub(crate) path: Arc<str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum OpKind {
    Step,
    Undo,
    Sleep,
    Signal,
    Deadline,
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
    pub(crate) runs: Option<String>,
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
struct Items {
    items: Vec<Json>,
}

#[derive(Serialize, Deserialize)]
struct Ended {
    status: String,
}

impl Record {
    /// The form in which a store keeps it.
    ///
    /// # Errors
    /// Never for what the engine records: every value in it is JSON already.
    pub(crate) fn to_stored(&self) -> serde_json::Result<NewEvent> {
        let of = |op: &Op, what: &str, data: String| named([op.kind.as_str(), ".", what].concat(), &op.path, data);
        let none = || "{}".to_owned();
        Ok(match self {
            Self::Chose(path, choice) => event("chose", path, text(choice)?),
            Self::Items(path, items) => event("items", path, text(&Items { items: items.clone() })?),
            Self::Began(op, began) => of(op, "began", text(began)?),
            Self::Succeeded(op, success) => of(op, "succeeded", text(success)?),
            Self::Failed(op, failure) => of(op, "failed", text(failure)?),
            Self::Woke(op) => of(op, "woke", none()),
            Self::Received(op, signal) => of(op, "received", text(&Received { signal: *signal })?),
            Self::Expired(op) => of(op, "expired", none()),
            Self::Signalled(signal) => event("signalled", "", text(signal)?),
            Self::CancelRequested => event("cancel requested", "", none()),
            Self::RollingBack => event("rolling back", "", none()),
            Self::Ended(status) => event("ended", "", text(&Ended { status: status.to_string() })?),
            Self::UndoRequested => event("undo requested", "", none()),
            Self::RetryRequested => event("retry requested", "", none()),
        })
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
                "items" => Self::Items(path, parse::<Items>(&data)?.items),
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

fn event(kind: &str, path: &str, data: String) -> NewEvent {
    named(kind.to_owned(), path, data)
}

fn named(kind: String, path: &str, data: String) -> NewEvent {
    NewEvent { kind, path: path.to_owned(), data }
}

fn text<T: Serialize>(value: &T) -> serde_json::Result<String> {
    serde_json::to_string(value)
}

fn parse<T: DeserializeOwned>(data: &str) -> serde_json::Result<T> {
    serde_json::from_str(data)
}
