//! What `#[step]` says about a function. `Callable` and `Step` follow from it here, once for all steps, so that a
//! mistake in a signature is found in one place of the expansion and reported once.

use crate::data::{Data, Recordable};

use super::{Callable, Returned, Step, StepInfo, StepReturn};

/// A step, as `#[step]` read it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a step",
    label = "expected a step here",
    note = "help: name an async function with `#[step]` on it"
)]
pub trait Definition: Sized + 'static {
    /// How many values it takes: [`Takes`].
    type Shape: Shape<Self>;
    /// The declared return type.
    type Return: StepReturn;
    /// [`Compensated`](super::Compensated), [`NoCompensation`](super::NoCompensation) or [`NoWayBack`](super::NoWayBack).
    type Compensation;
    /// Name and policies.
    const INFO: StepInfo;
}

/// The owned parameter number `N` of a step.
pub trait Parameter<const N: usize> {
    /// Its type.
    type Data: Recordable;
}

/// The owned parameters of the step `S` as one tuple.
pub trait Shape<S> {
    /// The tuple.
    type Input: Data;
}

/// A step with `N` owned parameters.
#[derive(Debug)]
pub enum Takes<const N: usize> {}

macro_rules! shapes {
    ($($count:literal: $($place:literal)*;)*) => {
        $(
            impl<S> Shape<S> for Takes<$count>
            where
                $(S: Parameter<$place>,)*
            {
                type Input = ($(<<S as Parameter<$place>>::Data as Recordable>::Data,)*);
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
}

#[diagnostic::do_not_recommend]
impl<S: Definition> Callable for S {
    type Input = <S::Shape as Shape<S>>::Input;
    type Output = <S::Return as StepReturn>::Output;
}

#[diagnostic::do_not_recommend]
impl<S: Definition> Step for S {
    type Payload = <S::Return as StepReturn>::Payload;
    type Compensation = S::Compensation;
    const INFO: StepInfo = S::INFO;
}

/// What the step `S` returned, erased.
#[inline]
pub fn settle<S: Definition>(returned: S::Return) -> Returned {
    returned.settle()
}
