//! The error of a workflow: what failed, and what became of everything before it.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::execute::{NodeFailure, Report, Stop};
use crate::execution::RunInfo;
use crate::step::error::original;

/// A workflow that did not complete.
///
/// It names every step that failed, with its attempts and its original error, and what was undone and what not.
/// `Display` is prose for an operator. Cloning is cheap.
#[derive(Clone)]
pub struct WorkflowError {
    inner: Arc<Inner>,
}

struct Inner {
    run: RunInfo,
    failures: Vec<NodeFailure>,
    stop: Option<Stop>,
    past_pivot: bool,
    report: Report,
}

/// How an execution ended that did not complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// Everything that was done has been undone.
    Compensated,
    /// A compensation gave up, or an expression panicked past the pivot: a person must look.
    Failed,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Compensated => "compensated",
            Self::Failed => "failed",
        })
    }
}

/// One node that failed for good, as part of a [`WorkflowError`].
#[derive(Clone, Copy)]
pub struct FailedNode<'e> {
    failure: &'e NodeFailure,
}

impl<'e> FailedNode<'e> {
    /// The place in the graph, such as `reserve` or `for#1[3]/charge`.
    #[must_use]
    pub fn path(&self) -> &'e str {
        &self.failure.path
    }

    /// The name of the step; empty for a pure expression.
    #[must_use]
    pub fn step(&self) -> &'e str {
        &self.failure.step
    }

    /// How many attempts were made.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.failure.attempts
    }

    /// The error of the last attempt.
    #[must_use]
    pub fn error(&self) -> &'e anyhow::Error {
        &self.failure.error
    }
}

impl fmt::Debug for FailedNode<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.failure.fmt(f)
    }
}

impl fmt::Display for FailedNode<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.path())?;
        if self.attempts() > 1 {
            write!(f, " after {} attempts", self.attempts())?;
        }
        write!(f, ": {:#}", self.error())
    }
}

impl WorkflowError {
    pub(crate) fn new(
        run: RunInfo,
        failures: Vec<NodeFailure>,
        stop: Option<Stop>,
        past_pivot: bool,
        report: Report,
    ) -> Self {
        Self { inner: Arc::new(Inner { run, failures, stop, past_pivot, report }) }
    }

    pub(crate) fn run(&self) -> &RunInfo {
        &self.inner.run
    }

    /// The name of the workflow.
    #[must_use]
    pub fn workflow(&self) -> &str {
        self.inner.run.workflow()
    }

    /// The id of the execution.
    #[must_use]
    pub fn execution_id(&self) -> &str {
        self.inner.run.id()
    }

    /// Whether everything was undone.
    #[must_use]
    pub fn status(&self) -> Status {
        if self.inner.report.not_undone.is_empty() && !self.inner.past_pivot {
            Status::Compensated
        } else {
            Status::Failed
        }
    }

    /// Whether somebody cancelled the execution.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.inner.stop == Some(Stop::Cancelled)
    }

    /// The node at which the workflow's timeout fired.
    #[must_use]
    pub fn timed_out_at(&self) -> Option<&str> {
        match &self.inner.stop {
            Some(Stop::TimedOut { at }) => Some(at),
            _ => None,
        }
    }

    /// Every node that failed for good, the first failure first.
    pub fn failures(&self) -> impl Iterator<Item = FailedNode<'_>> {
        self.inner.failures.iter().map(|failure| FailedNode { failure })
    }

    /// The step that failed first; `None` after a cancellation or a timeout of the workflow.
    #[must_use]
    pub fn step(&self) -> Option<&str> {
        self.inner.failures.first().map(|failure| &*failure.step)
    }

    /// The place in the graph that failed first.
    #[must_use]
    pub fn node_path(&self) -> Option<&str> {
        self.inner.failures.first().map(|failure| &*failure.path)
    }

    /// How many attempts the step that failed first has had.
    #[must_use]
    pub fn attempts(&self) -> Option<u32> {
        self.inner.failures.first().map(|failure| failure.attempts)
    }

    /// The original error of the step that failed first.
    #[must_use]
    pub fn error(&self) -> Option<&anyhow::Error> {
        self.inner.failures.first().map(|failure| &*failure.error)
    }

    /// The original error, of whichever failed node has one of the type `E`.
    #[must_use]
    pub fn downcast_ref<E: fmt::Display + fmt::Debug + Send + Sync + 'static>(&self) -> Option<&E> {
        self.inner.failures.iter().find_map(|failure| original(&failure.error).downcast_ref())
    }

    /// The nodes that were undone, in the order in which they were.
    #[must_use]
    pub fn undone(&self) -> &[Cow<'static, str>] {
        &self.inner.report.undone
    }

    /// The nodes whose compensation gave up, with its error.
    pub fn not_undone(&self) -> impl Iterator<Item = FailedNode<'_>> {
        self.inner.report.not_undone.iter().map(|failure| FailedNode { failure })
    }
}

impl fmt::Display for WorkflowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "workflow `{}` ", self.workflow())?;
        match (&self.inner.stop, self.inner.failures.is_empty()) {
            (Some(Stop::Cancelled), _) => f.write_str("was cancelled")?,
            (Some(Stop::Undone), _) => f.write_str("was undone after it had completed")?,
            (Some(Stop::TimedOut { at }), _) => write!(f, "timed out at `{at}`")?,
            (None, true) => f.write_str("was stopped")?,
            (None, false) => f.write_str("failed")?,
        }
        for (index, failure) in self.failures().enumerate() {
            match (index, &self.inner.stop) {
                (0, None) => write!(f, " at {failure}")?,
                (0, Some(_)) => write!(f, "; failed: {failure}")?,
                _ => write!(f, "; also {failure}")?,
            }
        }
        if self.inner.past_pivot {
            f.write_str("; past the pivot nothing is undone")?;
        } else if self.undone().is_empty() && self.inner.report.not_undone.is_empty() {
            f.write_str("; there was nothing to undo")?;
        } else if !self.undone().is_empty() {
            write!(f, "; undone: {}", self.undone().join(", "))?;
        }
        for (index, failure) in self.not_undone().enumerate() {
            write!(f, "{} {failure}", if index == 0 { "; NOT undone:" } else { "," })?;
        }
        Ok(())
    }
}

impl fmt::Debug for WorkflowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkflowError")
            .field("workflow", &self.workflow())
            .field("execution", &self.execution_id())
            .field("status", &self.status())
            .field("stop", &self.inner.stop)
            .field("failures", &self.inner.failures)
            .field("undone", &self.inner.report.undone)
            .field("not_undone", &self.inner.report.not_undone)
            .finish()
    }
}

impl std::error::Error for WorkflowError {}
