//! The parts of a return type, taken apart without a look at what they can do.
//!
//! What they have to be is [`StepReturn`](super::StepReturn)'s concern, which is asked once, at the signature. A workflow
//! that awaits the step asks here, and hears no second time that an output cannot be recorded.

use crate::data::Data;

use super::StepResponse;

/// Output and undo payload of a `Result` that a step of the kind `K` returns.
#[diagnostic::on_unimplemented(
    message = "a step returns a `Result`, not `{Self}`",
    label = "not a `Result` of a recordable output",
    note = "help: return `Result<T>`: an undo payload of its own is `Result<StepResponse<T, U>>`, a half-way failure `Result<T, Partial<U>>`"
)]
pub trait Parts<K> {
    /// What goes on along the graph.
    type Output;
    /// What the compensation receives.
    type Payload;
}

#[diagnostic::do_not_recommend]
impl<K, T: Succeeded<K>, E> Parts<K> for Result<T, E> {
    type Output = T::Output;
    type Payload = T::Payload;
}

/// The kind of a step without type parameters.
#[derive(Debug)]
pub enum Concrete {}

/// The kind of a step with type parameters: all that is known of a `T` is its bounds.
#[derive(Debug)]
pub enum Generic {}

/// The `Ok` side of what a step of the kind `K` returns.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be recorded as the output of a step",
    label = "not `Serialize + DeserializeOwned + Clone + Send + Sync + 'static`",
    note = "help: add `#[derive(Clone, serde::Serialize, serde::Deserialize)]` to an owned output type"
)]
pub trait Succeeded<K> {
    /// The output.
    type Output;
    /// The undo payload.
    type Payload;
}

// What tells a plain output from a `StepResponse` must hold for every type that could be an output, also for one that
// lacks all its derives: they can be moved, and a `StepResponse` says that it cannot.
#[diagnostic::do_not_recommend]
impl<T: Unpin> Succeeded<Concrete> for T {
    type Output = T;
    type Payload = T;
}

#[diagnostic::do_not_recommend]
impl<T: Data> Succeeded<Generic> for T {
    type Output = T;
    type Payload = T;
}

impl<K, T, U> Succeeded<K> for StepResponse<T, U> {
    type Output = T;
    type Payload = U;
}

/// Holds for no `T`.
pub trait Never<T> {}

#[doc(hidden)]
impl<T, U> Unpin for StepResponse<T, U> where Concrete: Never<(T, U)> {}
