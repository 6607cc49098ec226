//! Sagas as plain async Rust: steps with typed compensation, composed in workflows that the compiler checks.
//!
//! Annotate async functions with [`#[step]`](macro@step), compose them in a [`workflow!`] block, and
//! [`run`](Invocation::run) the result on a container of services that derives [`Services`](macro@Services). When something
//! fails, what was done before is undone, newest first, and the [`WorkflowError`] says what and how.
//!
//! ```
//! use anyhow::Result;
//! use workflow_runtime::prelude::*;
//!
//! #[step]
//! async fn greet(name: String) -> Result<String> {
//!     Ok(format!("hello, {name}"))
//! }
//!
//! workflow! {
//!     async fn welcome(name: String) -> Result<usize> {
//!         let greeting = greet(name).await?;
//!         Ok(greeting.len())
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
//! assert_eq!(welcome("world".to_owned()).run(&()).await?, 12);
//! println!("{}", welcome::graph());
//! # Ok(()) }
//! ```
//!
//! # Features
//!
//! - `engine`: [`Engine`], the [`store`] trait and [`MemoryStore`]: executions that survive the process. A crate with a
//!   store, such as `workflow-sqlite`, turns it on. Without it the runtime has nothing to record with and builds faster.
//! - `testing`: the [`testing`] kit; turns on `engine`.

#![cfg_attr(
    not(feature = "engine"),
    allow(dead_code, unused_imports, reason = "some hooks of the machine serve the engine alone")
)]

mod clock;
mod data;
#[cfg(feature = "engine")]
mod durable;
#[cfg(feature = "engine")]
mod engine;
mod error;
mod event;
mod execute;
mod execution;
mod graph;
mod in_process;
mod interpose;
#[cfg(feature = "engine")]
mod journal;
mod mapped;
mod observe;
mod saga;
mod services;
#[cfg(feature = "testing")]
mod shape;
mod step;
#[cfg(feature = "engine")]
pub mod store;
mod table;
#[cfg(feature = "testing")]
pub mod testing;
mod type_name;
mod workflow;

pub use clock::{Clock, ManualClock, PausedClock, TokioClock};
pub use data::Data;
#[cfg(feature = "engine")]
pub use engine::{
    CronError, Engine, EngineBuilder, EngineError, ExecutionHandle, JournalEntry, Missed, Overlap, Rerun, Schedule,
    ScheduleInfo, Tick,
};
pub use error::{FailedNode, Status, WorkflowError};
pub use event::Event;
pub use graph::{Edge, Env, Graph, GraphBuilder, GraphNode, Handle, NodeKind, Out};
pub use in_process::{Invocation, NotCancelled, NotDelivered, RunHandle};
pub use observe::{At, Observation, Observed, Observer, Watcher};
pub use services::{IntoShared, Provide, Services};
pub use step::{Backoff, Outcome, Partial, Permanent, Retry, Step, StepContext, StepError, StepResponse, is_permanent};
#[cfg(feature = "engine")]
pub use store::{ExecutionStatus, MemoryStore, PayloadLimit, Store, StoreError};
pub use workflow::{Accepts, Workflow};

#[doc = include_str!("docs/services.md")]
pub use workflow_macros::Services;
#[doc = include_str!("docs/step.md")]
pub use workflow_macros::step;
#[doc = include_str!("docs/workflow.md")]
pub use workflow_macros::workflow;

/// Everything that a module with steps and workflows needs.
pub mod prelude {
    #[cfg(feature = "engine")]
    pub use crate::{Engine, EngineError};
    pub use crate::{
        Invocation, Outcome, Partial, Permanent, Provide, RunHandle, Services, Status, StepContext, StepError,
        StepResponse, WorkflowError, step, workflow,
    };
}

/// What the macros name. Not for people: it changes without notice.
#[doc(hidden)]
pub mod __rt {
    pub use crate::data::{Data, Itself, Recordable, Recorded, Value, record};
    pub use crate::execution::RunInfo;
    pub use crate::graph::{
        Anything, Arm, Arms, AtOnce, Branches, Build, Callee, Calling, Env, Given, Graph, GraphBuilder, Handle, Held,
        Items, Join, Joining, Out, Program, Read, Taken, Values, WorkflowDef, at_once, callee, graph, result_of,
    };
    pub use crate::in_process::{Invocation, run_built, run_built_the_long_way, run_built_with};
    pub use crate::saga::{
        Admits, AdmitsExpression, Advances, Beside, CannotFail, Decides, Expression, Fits, Flag, MayFollow, MayRepeat,
        MayStandBeside, NeedsNoSignal, No, NoPivot, Passed, Pivot, Probe, Reverses, Reversible, Saga, Yes,
    };
    pub use crate::services::{Blueprint, Container, Provide, Services};
    pub use crate::step::{
        Attempt, BoxFuture, Callable, Compensated, Compensates, Concrete, Definition, DoubtArg, DoubtInput, Ending,
        Generic, Gives, NoCompensation, NoWayBack, OnTheWayBack, Outcome, Parameter, Parts, Returned, Runnable, RunsOn,
        Shape, Signature, Step, StepContext, StepDef, StepError, StepFailure, StepGives, StepInfo, StepOutput,
        StepReturn, Takes, Uncompensated, UndoArg, UndoDef, UndoInput, attempted, boxed, input, refused, settle,
    };
    pub use crate::workflow::{
        Accepts, Programs, Results, Returns, Workflow, WorkflowGives, WorkflowInfo, WorkflowReturn,
    };
}
