//! The input of a step or a child workflow, computed from the values around it.

use std::marker::PhantomData;

use crate::data::{Recorded, record};
use crate::step::{Attempt, BoxFuture, Callable, Returned, RunsOn};

use super::env::Env;

/// An expression that gives an input. It is compiled once for each call of a workflow, so there is little of it.
pub(crate) trait Input<C>: Send + Sync {
    /// The input, recorded.
    fn recorded(&self, env: &Env<'_>) -> Recorded;

    /// Begins the step with the input, which nobody records.
    fn begin<'a>(&self, env: &Env<'_>, services: &'a C, attempt: Attempt<'a>) -> BoxFuture<'a, Returned>;
}

/// The expression in a call of `X`.
pub(crate) struct Expression<F, X> {
    eval: F,
    of: PhantomData<fn() -> X>,
}

impl<F, X> Expression<F, X> {
    pub(crate) fn new(eval: F) -> Self {
        Self { eval, of: PhantomData }
    }
}

impl<C: 'static, X: Callable + RunsOn<C>, F: Fn(&Env<'_>) -> X::Input + Send + Sync> Input<C> for Expression<F, X> {
    fn recorded(&self, env: &Env<'_>) -> Recorded {
        record((self.eval)(env))
    }

    fn begin<'a>(&self, env: &Env<'_>, services: &'a C, attempt: Attempt<'a>) -> BoxFuture<'a, Returned> {
        X::begin(services, (self.eval)(env), attempt)
    }
}
