//! A closure in the place of a step.

use std::any::TypeId;
use std::future::Future;
use std::sync::Arc;

use crate::data::take;
use crate::engine::EngineBuilder;
use crate::in_process::Invocation;
use crate::interpose::{Begin, Interpose, Place};
use crate::services::Container;
use crate::step::{BoxFuture, Callable, Definition, Returned, StepReturn};
use crate::workflow::Workflow;

impl<W: Workflow> Invocation<W> {
    /// For tests: runs `fake` in the place of the step `S`, wherever the workflow or a child of it calls it, also as a
    /// compensation. It takes the step's data as a tuple and returns what the step returns: policies, timeout and
    /// compensation stay those of the step. Its services are not touched.
    ///
    /// ```
    /// use anyhow::{Result, bail};
    /// use workflow_runtime::prelude::*;
    ///
    /// #[step]
    /// async fn charge(card: String, cents: u64) -> Result<String> { bail!("no bank here for {cents} of {card}") }
    ///
    /// workflow! {
    ///     async fn pay(cents: u64) -> Result<String> {
    ///         charge("4242".to_owned(), cents).await
    ///     }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// let paid = pay(500).replace::<charge>(|(card, cents)| async move { Ok(format!("{card}: {cents}")) });
    /// assert_eq!(paid.run(&()).await?, "4242: 500");
    /// # Ok(()) }
    /// ```
    pub fn replace<S: Definition>(mut self, fake: impl StandIn<S>) -> Self {
        // Inside of what was there before: faults strike fakes too.
        self.options.layers.insert(0, replacing(fake));
        self
    }
}

impl<C: Container> EngineBuilder<C> {
    /// For tests: runs `fake` in the place of the step `S`, as [`Invocation::replace`](crate::Invocation::replace) does.
    pub fn replace<S: Definition>(mut self, fake: impl StandIn<S>) -> Self {
        self.layers().insert(0, replacing(fake));
        self
    }
}

/// What puts `fake` in the place of the step `S`.
pub(crate) fn replacing<S: Definition>(fake: impl StandIn<S>) -> Arc<dyn Interpose> {
    let fake = move |place: &Place| -> BoxFuture<'static, Returned> {
        match take::<<S as Callable>::Input>(place.input.clone()) {
            Some(input) => {
                let call = fake(input);
                Box::pin(async move { call.await.settle() })
            }
            // The same step takes the same input.
            None => Box::pin(std::future::ready(Returned::failed(anyhow::anyhow!("the input has another type")))),
        }
    };
    Arc::new(Fake { step: TypeId::of::<S>(), call: Box::new(fake) })
}

/// A closure that can stand in for the step `S`: it takes the step's data as a tuple, and its future gives what the
/// step returns.
pub trait StandIn<S: Definition>: Fn(<S as Callable>::Input) -> Self::Future + Send + Sync + 'static {
    /// What it returns.
    type Future: Future<Output = S::Return> + Send + 'static;
}

impl<S, T, F> StandIn<S> for T
where
    S: Definition,
    T: Fn(<S as Callable>::Input) -> F + Send + Sync + 'static,
    F: Future<Output = S::Return> + Send + 'static,
{
    type Future = F;
}

struct Fake {
    step: TypeId,
    call: Box<Replacing>,
}

type Replacing = dyn Fn(&Place) -> BoxFuture<'static, Returned> + Send + Sync;

impl Interpose for Fake {
    fn attempt<'a>(&'a self, place: Place, begin: Begin<'a>) -> BoxFuture<'a, Returned> {
        if (place.codec.step)() == self.step { (self.call)(&place) } else { begin() }
    }
}
