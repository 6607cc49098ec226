//! Steps: the traits that `#[step]` implements, and their erased form inside a graph.

mod context;
mod definition;
pub(crate) mod error;
mod info;
mod outcome;
mod parts;
mod response;
mod returns;
mod runnable;

pub use context::{Attempt, StepContext};
pub use definition::{Definition, Gives, Parameter, Shape, Signature, StepGives, Takes, settle};
pub use error::{Permanent, StepError, is_permanent};
pub use info::{Backoff, Retry, StepInfo};
pub use outcome::{DoubtArg, DoubtInput, Ending, Outcome, UndoArg, UndoInput};
pub use parts::{Concrete, Generic, Parts};
pub use response::{Partial, StepResponse};
pub(crate) use returns::{Failure as Failed, Settlement, Success as Succeeded};
pub use returns::{Returned, StepFailure, StepOutput, StepReturn, input};
pub use runnable::{BoxFuture, Runnable, RunsOn, StepDef, UndoDef, attempted, boxed, refused};
pub(crate) use runnable::{Call, Codec, program};

use crate::data::Data;

/// What a workflow can `.await`: a step or another workflow.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a step nor a workflow",
    label = "cannot be awaited in a workflow",
    note = "help: put `#[step]` on the async function, or compute it as a pure expression without `.await`"
)]
pub trait Callable: 'static {
    /// The owned parameters, as a tuple.
    type Input: Data;
    /// What it gives to the graph.
    type Output: Data;
}

/// An async function that `#[step]` made a step.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a step",
    label = "expected a step here",
    note = "help: put `#[step]` on the async function `{Self}`"
)]
pub trait Step: Callable {
    /// What its compensation receives.
    type Payload: Data;
    /// Whether there is a step that undoes this one: [`Compensated`], [`NoCompensation`] or [`NoWayBack`].
    type Compensation;
    /// Name and policies.
    const INFO: StepInfo;
}

/// The `Compensation` of a step that has one. Which one is not said here, because it may be private to its module.
#[derive(Debug)]
pub enum Compensated {}

/// The `Compensation` of a step that has none.
#[derive(Debug)]
pub enum NoCompensation {}

/// The `Compensation` of a pivot.
#[derive(Debug)]
pub enum NoWayBack {}

/// Holds for all but [`Compensated`]: a compensation is never compensated itself.
#[diagnostic::on_unimplemented(
    message = "a compensation cannot have a compensation",
    label = "is itself compensated",
    note = "help: use a step without `compensate` here; an undo that fails is retried (`retry(..)`), not undone"
)]
pub trait Uncompensated {}

impl Uncompensated for NoCompensation {}
impl Uncompensated for NoWayBack {}

/// Holds for all but [`NoWayBack`]: a compensation is on the way back, and a pivot says that there is none.
#[diagnostic::on_unimplemented(
    message = "a compensation cannot be a pivot",
    label = "is a pivot, after which there is no way back",
    note = "help: leave `pivot` out of its `#[step(..)]`, or undo with another step"
)]
pub trait OnTheWayBack {}

impl OnTheWayBack for NoCompensation {}
impl OnTheWayBack for Compensated {}

/// Holds for [`Compensated`] only: `undo!` needs something to run.
#[diagnostic::on_unimplemented(
    message = "this step has no compensation, so there is nothing that `undo!` could run",
    label = "has no compensation",
    note = "help: give the step one: `#[step(compensate = ...)]`"
)]
pub trait Compensates {}

impl Compensates for Compensated {}
