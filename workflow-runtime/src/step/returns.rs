//! What a step returned, recognised by type so that aliases of `Result` work.

use std::any::Any;

use crate::data::{Data, Recorded, record};
use crate::event::Event;

use super::{Partial, StepContext, StepResponse};

/// How one attempt of a step ended, erased.
#[derive(Debug)]
pub struct Settlement {
    pub(crate) result: Result<Success, Failure>,
    pub(crate) events: Vec<Event>,
}

/// A success: the output, and the undo payload where it is not the output itself.
pub(crate) struct Success {
    pub(crate) output: Recorded,
    pub(crate) payload: Option<Recorded>,
}

impl std::fmt::Debug for Success {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Success").field("output", &self.output.type_name()).finish_non_exhaustive()
    }
}

/// A failure: the error, and the payload of what was done before it.
pub(crate) struct Failure {
    pub(crate) error: anyhow::Error,
    pub(crate) payload: Option<Recorded>,
}

impl std::fmt::Debug for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Failure").field("error", &self.error).finish_non_exhaustive()
    }
}

impl Settlement {
    pub(crate) fn failed(error: anyhow::Error) -> Self {
        Self { result: Err(Failure { error, payload: None }), events: Vec::new() }
    }

    /// Adds what the step emitted through its context.
    #[must_use]
    pub fn emitted(mut self, context: &StepContext) -> Self {
        self.events = context.take_events();
        self
    }
}

/// The return type of a step: a `Result` of an output (or [`StepResponse`]) and an error (or [`Partial`]).
#[diagnostic::on_unimplemented(
    message = "a step returns a `Result`, not `{Self}`",
    label = "not a `Result` of a recordable output",
    note = "help: return `Result<T>`: an undo payload of its own is `Result<StepResponse<T, U>>`, a half-way failure `Result<T, Partial<U>>`"
)]
pub trait StepReturn {
    /// What goes on along the graph.
    type Output: Data;
    /// What the compensation receives.
    type Payload: Data;

    /// The erased form.
    fn settle(self) -> Settlement;
}

impl<T: StepOutput, E: StepFailure<T::Payload>> StepReturn for Result<T, E> {
    type Output = T::Output;
    type Payload = T::Payload;

    fn settle(self) -> Settlement {
        let result = match self {
            Ok(value) => {
                let (output, payload) = value.record();
                Ok(Success { output, payload })
            }
            Err(failure) => {
                let (error, payload) = failure.into_failure();
                Err(Failure { error, payload: payload.map(record) })
            }
        };
        Settlement { result, events: Vec::new() }
    }
}

/// The `Ok` side of a step's result.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be recorded as the output of a step",
    label = "not `Serialize + DeserializeOwned + Clone + Send + Sync + 'static`",
    note = "help: add `#[derive(Clone, serde::Serialize, serde::Deserialize)]` to an owned output type"
)]
pub trait StepOutput {
    /// The output.
    type Output: Data;
    /// The undo payload.
    type Payload: Data;

    /// The recorded output, and the payload where it is another value.
    fn record(self) -> (Recorded, Option<Recorded>);
}

#[diagnostic::do_not_recommend]
impl<T: Data> StepOutput for T {
    type Output = T;
    type Payload = T;

    fn record(self) -> (Recorded, Option<Recorded>) {
        (record(self), None)
    }
}

impl<T: Data, U: Data> StepOutput for StepResponse<T, U> {
    type Output = T;
    type Payload = U;

    fn record(self) -> (Recorded, Option<Recorded>) {
        (record(self.output), Some(record(self.payload)))
    }
}

/// The `Err` side of a step's result, for steps with the undo payload `U`.
#[diagnostic::on_unimplemented(
    message = "a step with the undo payload `{U}` cannot fail with `{Self}`",
    label = "neither an error nor `Partial<{U}>`",
    note = "help: an error is anything that converts into `anyhow::Error`; a half-way failure is `Partial<{U}>`"
)]
pub trait StepFailure<U> {
    /// The error, and what was done before it.
    fn into_failure(self) -> (anyhow::Error, Option<U>);
}

#[diagnostic::do_not_recommend]
impl<U, E: Into<anyhow::Error>> StepFailure<U> for E {
    fn into_failure(self) -> (anyhow::Error, Option<U>) {
        (self.into(), None)
    }
}

impl<U> StepFailure<U> for Partial<U> {
    fn into_failure(self) -> (anyhow::Error, Option<U>) {
        (self.error, self.payload)
    }
}

/// The input of a step on its way to it.
pub enum Argument<'i> {
    /// Recorded.
    Recorded(Recorded),
    /// In an `Option` of its type, where nobody needs a record of it.
    Typed(&'i mut dyn Any),
}

impl std::fmt::Debug for Argument<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Recorded(value) => value.type_name(),
            Self::Typed(_) => "a typed value",
        })
    }
}

/// The typed input of a step. It asks nothing of the type: what is wrong with it was reported at the step's signature.
///
/// # Errors
/// When the value is of another type, which only a host can bring about.
pub fn input<I: 'static>(argument: Argument<'_>) -> Result<I, Settlement> {
    let mut slot = None::<I>;
    let found = match argument {
        Argument::Typed(value) => {
            slot = value.downcast_mut::<Option<I>>().and_then(Option::take);
            "value of another type"
        }
        Argument::Recorded(value) => value.hand_over(&mut slot).err().unwrap_or_default(),
    };
    slot.ok_or_else(|| {
        let expected = std::any::type_name::<I>();
        Settlement::failed(anyhow::anyhow!("the input is a `{found}`, the step takes `{expected}`"))
    })
}
