//! What a compensation may be told about the step that it undoes.

use serde::{Deserialize, Serialize};

use crate::data::{Data, Recorded, record, take};

use super::{Attempt, BoxFuture, Callable, Returned, RunsOn};

/// What is known about the step that has to be undone, for compensations that can act on doubt.
///
/// A compensation that takes the payload `U` itself runs when the step succeeded or failed half-way. One that takes
/// `Outcome<U>` also runs when nobody can know whether the step had its effect: an error, a timeout, a panic, a crash.
///
/// ```
/// use workflow_runtime::Outcome;
///
/// async fn refund(charge: Outcome<String>) -> anyhow::Result<()> {
///     match charge {
///         Outcome::Done(id) | Outcome::Partial(id) => println!("refund {id}"),
///         Outcome::Unknown => println!("ask the bank whether there is a charge"),
///     }
///     Ok(())
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome<U> {
    /// The step succeeded.
    Done(U),
    /// The step failed half-way, and said what it had done.
    Partial(U),
    /// The step failed, and its effect may or may not have happened.
    Unknown,
}

impl<U> Outcome<U> {
    /// The payload, where there is one.
    #[must_use]
    pub fn payload(self) -> Option<U> {
        match self {
            Self::Done(payload) | Self::Partial(payload) => Some(payload),
            Self::Unknown => None,
        }
    }
}

/// How a compensated step ended, without its payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// It succeeded.
    Done,
    /// It failed half-way.
    Partial,
    /// Nobody knows.
    Unknown,
}

/// The parameter of a compensation for steps with the undo payload `U`: `U`, or `Outcome<U>`.
#[diagnostic::on_unimplemented(
    message = "the compensation takes `{Self}`, but the undo payload of the step is `{U}`",
    label = "takes `{Self}`",
    note = "help: let the compensation take `{U}` or `Outcome<{U}>`, or return `StepResponse::new(output, payload)` with what it takes"
)]
pub trait UndoArg<U>: Sized {
    /// Whether it wants to hear of doubtful steps too.
    const HEARS_UNKNOWN: bool;

    /// The argument for a step that ended so; `None` when there is nothing to tell.
    fn from_ending(ending: Ending, payload: Option<U>) -> Option<Self>;
}

impl<U> UndoArg<U> for U {
    const HEARS_UNKNOWN: bool = false;

    fn from_ending(_: Ending, payload: Option<U>) -> Option<Self> {
        payload
    }
}

impl<U> UndoArg<U> for Outcome<U> {
    const HEARS_UNKNOWN: bool = true;

    fn from_ending(ending: Ending, payload: Option<U>) -> Option<Self> {
        Some(match (ending, payload) {
            (Ending::Done, Some(payload)) => Self::Done(payload),
            (Ending::Partial, Some(payload)) => Self::Partial(payload),
            _ => Self::Unknown,
        })
    }
}

/// What a compensation receives of a step with the undo payload `U`: its data as a tuple, which is `(U,)` or
/// `(Outcome<U>,)`.
#[diagnostic::on_unimplemented(
    message = "a compensation has exactly one owned parameter, but this one takes `{Self}`",
    label = "does not take the undo payload `{U}` alone",
    note = "help: let it take `{U}` or `Outcome<{U}>`, and borrow everything else as a service"
)]
pub trait UndoInput<U>: Sized {
    /// Whether it wants to hear of doubtful steps too.
    const HEARS_UNKNOWN: bool;

    /// The input for a step that ended so; `None` when there is nothing to tell.
    fn from_ending(ending: Ending, payload: Option<U>) -> Option<Self>;
}

impl<U, A: UndoArg<U>> UndoInput<U> for (A,) {
    const HEARS_UNKNOWN: bool = A::HEARS_UNKNOWN;

    fn from_ending(ending: Ending, payload: Option<U>) -> Option<Self> {
        A::from_ending(ending, payload).map(|argument| (argument,))
    }
}

/// What a compensation receives of a step that can end in doubt: its data as a tuple, which is `(Outcome<U>,)`.
#[diagnostic::on_unimplemented(
    message = "a compensation has exactly one owned parameter, but this one takes `{Self}`",
    label = "does not take `Outcome<{U}>` alone",
    note = "help: let it take `Outcome<{U}>`, and borrow everything else as a service"
)]
pub trait DoubtInput<U>: UndoInput<U> {}

impl<U, A: DoubtArg<U>> DoubtInput<U> for (A,) {}

/// Holds for `Outcome<U>` only: the compensation of a step that can end in doubt has to hear of it.
#[diagnostic::on_unimplemented(
    message = "a step with a `timeout` or `at_most_once` can have done its work unseen, but its compensation takes `{Self}`",
    label = "takes `{Self}`, so it would not hear of a doubtful end",
    note = "help: let the compensation take `Outcome<{U}>` and handle `Outcome::Unknown`"
)]
pub trait DoubtArg<U>: UndoArg<U> {}

impl<U> DoubtArg<U> for Outcome<U> {}

/// The compensation's recorded input.
pub(crate) fn undo_input<U: Data, I: UndoInput<U> + Data>(
    ending: Ending,
    payload: Option<Recorded>,
) -> Option<Recorded> {
    I::from_ending(ending, payload.and_then(take::<U>)).map(record)
}

/// Begins a compensation with its input, which nobody records.
pub(crate) fn begin_undo<'a, C: 'static, U: Data, X: Callable<Input: UndoInput<U>> + RunsOn<C>>(
    services: &'a C,
    attempt: Attempt<'a>,
    ending: Ending,
    payload: Option<Recorded>,
) -> Option<BoxFuture<'a, Returned>> {
    let input = <X::Input as UndoInput<U>>::from_ending(ending, payload.and_then(take::<U>))?;
    Some(X::begin(services, input, attempt))
}
