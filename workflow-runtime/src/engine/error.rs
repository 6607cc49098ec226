//! What can go wrong with an engine, and what to do about it.

use std::fmt;

use crate::error::WorkflowError;
use crate::store::{ExecutionStatus, StoreError};

/// Why an engine did not do what it was asked, or why an execution has no result.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum EngineError {
    /// The workflow did not complete.
    Workflow(WorkflowError),
    /// The store failed.
    Store(StoreError),
    /// The builder was given no store.
    NoStore,
    /// Two registered workflows have one name and one version.
    Ambiguous {
        /// The name.
        workflow: &'static str,
        /// The version.
        version: u32,
    },
    /// The engine was not told of the workflow, so that it could not go on with it after a crash.
    NotRegistered {
        /// The workflow.
        workflow: String,
        /// Its version.
        version: u32,
    },
    /// The invocation carries what the engine would not use.
    Misplaced {
        /// The workflow.
        workflow: &'static str,
        /// What it carries.
        what: &'static str,
        /// What to do instead.
        instead: &'static str,
    },
    /// No wait for a signal has this name.
    NoSuchSignal {
        /// The workflow.
        workflow: &'static str,
        /// The type of the signal.
        signal: String,
        /// The name that was asked for.
        name: String,
        /// The names of its waits for signals of that type.
        names: Vec<&'static str>,
    },
    /// The id belongs to an execution of another workflow.
    OtherWorkflow {
        /// The id.
        id: String,
        /// The workflow that has it.
        workflow: String,
    },
    /// The id belongs to an execution with another input.
    OtherInput {
        /// The id.
        id: String,
    },
    /// There is no such execution.
    NoSuchExecution {
        /// The id.
        id: String,
    },
    /// The execution has had fewer runs.
    NoSuchRun {
        /// The id.
        id: String,
        /// The run that was asked for.
        run: u32,
        /// How many there are.
        runs: u32,
    },
    /// A schedule contradicts itself.
    Schedule {
        /// Its name.
        name: String,
        /// What is wrong with it.
        why: String,
    },
    /// There is no such schedule.
    NoSuchSchedule {
        /// The name.
        name: String,
    },
    /// The execution has ended.
    Ended {
        /// The id.
        id: String,
        /// How.
        status: ExecutionStatus,
    },
    /// The execution has not come so far.
    NotEnded {
        /// The id.
        id: String,
        /// Where it stands.
        status: ExecutionStatus,
    },
    /// The pivot has succeeded: there is no way back.
    PastPivot {
        /// The id.
        id: String,
    },
    /// The definition of the workflow differs from what is recorded.
    Parked {
        /// The id.
        id: String,
        /// Which node differs, and in what.
        why: String,
    },
    /// Something that is recorded of the execution cannot be read, or is too big to be recorded. It is parked, and tried
    /// again when an engine starts.
    Damaged {
        /// The id.
        id: String,
        /// What is wrong, and what to do.
        what: String,
    },
    /// A value cannot be written as JSON, or read back from it.
    Json {
        /// Which value.
        what: String,
        /// Why not.
        detail: String,
    },
    /// The engine was shut down.
    Closed,
}

impl EngineError {
    /// The error of the workflow itself, where that is what went wrong.
    #[must_use]
    pub fn workflow_error(&self) -> Option<&WorkflowError> {
        match self {
            Self::Workflow(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Workflow(error) => error.fmt(f),
            Self::Store(error) => error.fmt(f),
            Self::NoStore => f.write_str("the engine has no store: give the builder one with `.store(..)`"),
            Self::Ambiguous { workflow, version } => write!(
                f,
                "two workflows are registered as `{workflow}` version {version}: give one of them another \
                 `#[workflow(version = ..)]`"
            ),
            Self::NotRegistered { workflow, version } => write!(
                f,
                "the engine does not know `{workflow}` version {version}: register it with `.workflow::<{workflow}>()`"
            ),
            Self::Misplaced { workflow, what, instead } => {
                write!(f, "the invocation of `{workflow}` carries {what}, which the engine would not use: {instead}")
            }
            Self::NoSuchSignal { workflow, signal, name, names } => {
                let names = names.join("`, `");
                write!(f, "no `signal!({signal})` of `{workflow}` has the name `{name}`: there is `{names}`")
            }
            Self::OtherWorkflow { id, workflow } => {
                write!(f, "the id `{id}` belongs to an execution of the workflow `{workflow}`: choose another id")
            }
            Self::OtherInput { id } => {
                write!(f, "the id `{id}` belongs to an execution with another input: choose another id")
            }
            Self::NoSuchExecution { id } => write!(f, "there is no execution `{id}`"),
            Self::Schedule { name, why } => write!(f, "the schedule `{name}` cannot be made: {why}"),
            Self::NoSuchSchedule { name } => {
                write!(f, "there is no schedule `{name}`: `engine.schedules()` lists them")
            }
            Self::NoSuchRun { id, run, runs } => {
                write!(f, "the execution `{id}` has no run {run}: there are {runs}, counted from 1")
            }
            Self::Ended { id, status } => write!(f, "the execution `{id}` has ended: it is {status}"),
            Self::NotEnded { id, status } => {
                write!(
                    f,
                    "the execution `{id}` is {status}; this asks for one that has ended so: `cancel` stops one that runs"
                )
            }
            Self::PastPivot { id } => {
                write!(
                    f,
                    "the pivot of `{id}` has succeeded: it can only go forward to its end, and nothing was changed"
                )
            }
            Self::Parked { id, why } => write!(
                f,
                "the execution `{id}` is parked, untouched: {why}; register the definition with which it started \
                 beside the new one (`#[workflow(version = ..)]`), and it goes on"
            ),
            Self::Damaged { id, what } => write!(f, "the execution `{id}` is parked: {what}"),
            Self::Json { what, detail } => {
                write!(f, "{what} cannot be written as JSON, or read back from it: {detail}")
            }
            Self::Closed => f.write_str("the engine was shut down: nothing begins here any more, and what is unfinished goes on with the next one"),
        }
    }
}

impl std::error::Error for EngineError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Workflow(error) => Some(error),
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}

impl From<StoreError> for EngineError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<WorkflowError> for EngineError {
    fn from(error: WorkflowError) -> Self {
        Self::Workflow(error)
    }
}
