//! What a step returned, recognised by type so that aliases of `Result` work.

use std::any::{Any, TypeId, type_name};

use crate::data::{Data, Recorded, record};
use crate::event::Event;

use super::{Partial, StepContext, StepResponse};

/// How one attempt of a step ended, erased, in three words: nearly all succeed, emit nothing, and are undone with their
/// output.
#[derive(Debug)]
pub struct Returned {
    form: Form,
}

enum Form {
    /// A success that has nothing but its output.
    Plain(Recorded),
    /// A success that has nothing at all, as most compensations have it: its output is `()`.
    Bare,
    /// Anything else.
    Told(Box<Settlement>),
}

impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Plain(output) => f.debug_tuple("Plain").field(&output.type_name()).finish(),
            Self::Bare => f.write_str("Bare"),
            Self::Told(settlement) => settlement.fmt(f),
        }
    }
}

impl Returned {
    /// A success that has nothing but its output.
    #[inline]
    fn plain<T: Data>(output: T) -> Self {
        let is_bare = TypeId::of::<T>() == TypeId::of::<()>();
        Self { form: if is_bare { Form::Bare } else { Form::Plain(record(output)) } }
    }

    pub(crate) fn failed(error: anyhow::Error) -> Self {
        Settlement::failed(error).into()
    }

    #[cfg(feature = "testing")]
    pub(crate) fn is_failure(&self) -> bool {
        matches!(&self.form, Form::Told(settlement) if settlement.result.is_err())
    }

    /// Whether it is a success that has nothing but its output.
    #[inline]
    pub(crate) fn is_plain(&self) -> bool {
        !matches!(self.form, Form::Told(_))
    }

    /// The output of a success that has nothing else; everything else is given back in full.
    #[inline]
    pub(crate) fn into_plain(self) -> Result<Recorded, Settlement> {
        match self.form {
            Form::Plain(output) => Ok(output),
            Form::Bare => Ok(record(())),
            Form::Told(settlement) => Err(*settlement),
        }
    }

    /// Adds what the step emitted through its context.
    #[must_use]
    pub fn emitted(self, context: &StepContext) -> Self {
        let events = context.take_events();
        if events.is_empty() { self } else { Settlement { events, ..self.into() }.into() }
    }
}

impl From<Settlement> for Returned {
    fn from(settlement: Settlement) -> Self {
        match settlement {
            Settlement { result: Ok(Success { output, payload: None }), events } if events.is_empty() => {
                Self { form: Form::Plain(output) }
            }
            settlement => Self { form: Form::Told(Box::new(settlement)) },
        }
    }
}

impl From<Returned> for Settlement {
    fn from(returned: Returned) -> Self {
        returned.into_plain().map_or_else(
            |settlement| settlement,
            |output| Self { result: Ok(Success { output, payload: None }), events: Vec::new() },
        )
    }
}

/// How one attempt of a step ended, in full.
#[derive(Debug)]
pub(crate) struct Settlement {
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
    fn settle(self) -> Returned;
}

impl<T: StepOutput, E: StepFailure<T::Payload>> StepReturn for Result<T, E> {
    type Output = T::Output;
    type Payload = T::Payload;

    #[inline]
    fn settle(self) -> Returned {
        match self {
            Ok(value) => value.succeed(),
            Err(failure) => {
                let (error, payload) = failure.into_failure();
                let failure = Failure { error, payload: payload.map(record) };
                Settlement { result: Err(failure), events: Vec::new() }.into()
            }
        }
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

    /// The success, with the payload where it is another value.
    fn succeed(self) -> Returned;
}

#[diagnostic::do_not_recommend]
impl<T: Data> StepOutput for T {
    type Output = T;
    type Payload = T;

    #[inline]
    fn succeed(self) -> Returned {
        Returned::plain(self)
    }
}

impl<T: Data, U: Data> StepOutput for StepResponse<T, U> {
    type Output = T;
    type Payload = U;

    fn succeed(self) -> Returned {
        let success = Success { output: record(self.output), payload: Some(record(self.payload)) };
        Settlement { result: Ok(success), events: Vec::new() }.into()
    }
}

/// The `Err` side of a step's result, for steps with the undo payload `U`.
#[diagnostic::on_unimplemented(
    message = "a step cannot fail with `{Self}`",
    label = "`{Self}` is neither an error nor `Partial<{U}>`",
    note = "help: fail with `anyhow::Error` or any `std::error::Error`; `anyhow!(text)` makes an error of a text",
    note = "help: a half-way failure carries the undo payload of the step: `Partial<{U}>`"
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

/// The input of a step as the type that its signature says. Nothing is asked of the types: what is wrong with one was
/// reported at the step's signature. Where they are the same, as they always are, this is a move.
///
/// # Errors
/// When the value is of another type.
#[inline]
pub fn input<I: 'static, T: 'static>(value: I) -> Result<T, Returned> {
    let mut value = Some(value);
    let any: &mut dyn Any = &mut value;
    any.downcast_mut::<Option<T>>().and_then(Option::take).ok_or_else(|| another(type_name::<I>(), type_name::<T>()))
}

/// An input that is not what the step takes.
#[cold]
pub(super) fn another(found: &str, expected: &str) -> Returned {
    Returned::failed(anyhow::anyhow!("the input is a `{found}`, the step takes `{expected}`"))
}
