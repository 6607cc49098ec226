//! The input of a step or a child workflow, computed from the values around it.

use std::marker::PhantomData;

use crate::data::{Data, Recorded, record};
use crate::step::{Argument, Attempt, BoxFuture, Call, Returned};

use super::env::Env;

/// An expression that gives an input. It is compiled once for each call of a workflow, so there is little of it.
pub(crate) trait Input<C>: Send + Sync {
    /// The input, recorded.
    fn recorded(&self, env: &Env<'_>) -> Recorded;

    /// Begins a step with the input, which nobody records.
    fn begin<'a>(&self, env: &Env<'_>, call: Call<C>, services: &'a C, attempt: Attempt<'a>)
    -> BoxFuture<'a, Returned>;
}

/// The expression of a call.
pub(crate) struct Expression<F, I> {
    eval: F,
    gives: PhantomData<fn() -> I>,
}

impl<F, I> Expression<F, I> {
    pub(crate) fn new(eval: F) -> Self {
        Self { eval, gives: PhantomData }
    }
}

impl<C, I: Data, F: Fn(&Env<'_>) -> I + Send + Sync> Input<C> for Expression<F, I> {
    fn recorded(&self, env: &Env<'_>) -> Recorded {
        record((self.eval)(env))
    }

    fn begin<'a>(
        &self,
        env: &Env<'_>,
        call: Call<C>,
        services: &'a C,
        attempt: Attempt<'a>,
    ) -> BoxFuture<'a, Returned> {
        call(services, Argument::Typed(&mut Some((self.eval)(env))), attempt)
    }
}
