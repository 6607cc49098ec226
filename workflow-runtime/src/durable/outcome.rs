//! How an execution ended, as its row keeps it.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::error::WorkflowError;
use crate::execute::{NodeFailure, Report, Stop};
use crate::execution::RunInfo;
use crate::step::{StepError, is_permanent};

#[derive(Serialize, Deserialize)]
struct StoredError {
    failures: Vec<StoredFailure>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stop: Option<StoredStop>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    past_pivot: bool,
    undone: Vec<Cow<'static, str>>,
    not_undone: Vec<StoredFailure>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredStop {
    Cancelled,
    TimedOut { at: String },
    Undone,
}

#[derive(Serialize, Deserialize)]
struct StoredFailure {
    node: Cow<'static, str>,
    step: Cow<'static, str>,
    attempts: u32,
    error: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    permanent: bool,
}

impl From<&NodeFailure> for StoredFailure {
    fn from(failure: &NodeFailure) -> Self {
        Self {
            node: failure.path.clone(),
            step: failure.step.clone(),
            attempts: failure.attempts,
            error: format!("{:#}", failure.error),
            permanent: is_permanent(&failure.error),
        }
    }
}

impl From<StoredFailure> for NodeFailure {
    fn from(stored: StoredFailure) -> Self {
        let error = StepError::new(stored.error);
        let error = if stored.permanent { error.permanent() } else { error };
        Self {
            path: stored.node,
            step: stored.step,
            attempts: stored.attempts,
            error: Arc::new(error.into()),
            number: 0,
        }
    }
}

/// The error of an execution that did not complete, as JSON.
pub(crate) fn stored_error(
    failures: &[NodeFailure],
    stop: Option<&Stop>,
    past_pivot: bool,
    report: &Report,
) -> serde_json::Result<String> {
    serde_json::to_string(&StoredError {
        failures: failures.iter().map(Into::into).collect(),
        stop: stop.map(|stop| match stop {
            Stop::Cancelled => StoredStop::Cancelled,
            Stop::TimedOut { at } => StoredStop::TimedOut { at: at.clone() },
            Stop::Undone => StoredStop::Undone,
        }),
        past_pivot,
        undone: report.undone.clone(),
        not_undone: report.not_undone.iter().map(Into::into).collect(),
    })
}

/// The error of an execution that did not complete, read back.
pub(crate) fn ended_with(run: RunInfo, stored: &str) -> serde_json::Result<WorkflowError> {
    let stored: StoredError = serde_json::from_str(stored)?;
    let stop = stored.stop.map(|stop| match stop {
        StoredStop::Cancelled => Stop::Cancelled,
        StoredStop::TimedOut { at } => Stop::TimedOut { at },
        StoredStop::Undone => Stop::Undone,
    });
    let failures = stored.failures.into_iter().map(Into::into).collect();
    let not_undone = stored.not_undone.into_iter().map(Into::into).collect();
    let report = Report { undone: stored.undone, not_undone };
    Ok(WorkflowError::new(run, failures, stop, stored.past_pivot, report))
}
