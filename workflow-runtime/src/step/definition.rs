//! What `#[step]` says about a function. `Callable` and `Step` follow from it here, once for all steps, so that a
//! mistake in a signature is found in one place of the expansion and reported once.

use crate::data::{Data, Itself, Recordable};

use super::{Callable, Parts, Returned, Step, StepInfo, StepReturn};

/// What steps and workflows are to the graph: their types.
///
/// It names the types of a signature as they are written, while the bounds that they have to keep stand beside them, on
/// [`Parameter`] and [`Definition`]. So a type that cannot be recorded is refused at the signature, and not once more in
/// every workflow that awaits the step.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a step",
    label = "expected a step here",
    note = "help: name an async function with `#[step]` on it"
)]
pub trait Signature: Sized + 'static {
    /// How many values it takes: [`Takes`].
    type Shape: Shape<Self>;
    /// What it gives: [`StepGives`], or that of workflows.
    type Gives: Gives<Self>;
}

/// A step, as `#[step]` read it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a step",
    label = "expected a step here",
    note = "help: name an async function with `#[step]` on it"
)]
pub trait Definition: Signature {
    /// Whether its types are known where it is written: [`Concrete`](super::Concrete) or [`Generic`](super::Generic).
    type Kind;
    /// The declared return type.
    type Return: StepReturn
        + Parts<
            Self::Kind,
            Output = <Self::Return as StepReturn>::Output,
            Payload = <Self::Return as StepReturn>::Payload,
        >;
    /// [`Compensated`](super::Compensated), [`NoCompensation`](super::NoCompensation) or [`NoWayBack`](super::NoWayBack).
    type Compensation;
    /// Name and policies.
    const INFO: StepInfo;
}

/// The owned parameter number `N` of a step or workflow.
pub trait Parameter<const N: usize> {
    /// Its type.
    type Data: Recordable + Itself<Type = <Self::Data as Recordable>::Data>;
}

/// The owned parameters of `S` as one tuple.
pub trait Shape<S> {
    /// The tuple.
    type Input: Data;
}

/// What `S` gives to the graph.
pub trait Gives<S> {
    /// Its type.
    type Output: Data;
}

/// `N` owned parameters.
#[derive(Debug)]
pub enum Takes<const N: usize> {}

/// The output of a step.
#[derive(Debug)]
pub enum StepGives {}

impl<S: Definition> Gives<S> for StepGives {
    type Output = <S::Return as Parts<S::Kind>>::Output;
}

macro_rules! shapes {
    ($($count:literal: $($place:literal)*;)*) => {
        $(
            impl<S> Shape<S> for Takes<$count>
            where
                $(S: Parameter<$place>,)*
            {
                type Input = ($(<<S as Parameter<$place>>::Data as Itself>::Type,)*);
            }
        )*
    };
}

shapes! {
    0: ;
    1: 0;
    2: 0 1;
    3: 0 1 2;
    4: 0 1 2 3;
    5: 0 1 2 3 4;
    6: 0 1 2 3 4 5;
    7: 0 1 2 3 4 5 6;
    8: 0 1 2 3 4 5 6 7;
    9: 0 1 2 3 4 5 6 7 8;
    10: 0 1 2 3 4 5 6 7 8 9;
    11: 0 1 2 3 4 5 6 7 8 9 10;
    12: 0 1 2 3 4 5 6 7 8 9 10 11;
    13: 0 1 2 3 4 5 6 7 8 9 10 11 12;
    14: 0 1 2 3 4 5 6 7 8 9 10 11 12 13;
    15: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14;
    16: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15;
}

#[diagnostic::do_not_recommend]
impl<S: Signature> Callable for S {
    type Input = <S::Shape as Shape<S>>::Input;
    type Output = <S::Gives as Gives<S>>::Output;
}

#[diagnostic::do_not_recommend]
impl<S: Definition> Step for S {
    type Payload = <S::Return as Parts<S::Kind>>::Payload;
    type Compensation = S::Compensation;
    const INFO: StepInfo = S::INFO;
}

/// What the step `S` returned, erased.
#[inline]
pub fn settle<S: Definition>(returned: S::Return) -> Returned {
    returned.settle()
}
