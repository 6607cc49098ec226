//! The signals that a fixture sends.

use std::any::TypeId;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::data::Data;
use crate::engine::{Engine, EngineError};
use crate::in_process::RunHandle;
use crate::services::Container;
use crate::step::{BoxFuture, RunsOn};
use crate::workflow::{Accepts, Workflow};

use super::fixture::{Fixture, Input};

/// Signals in the order in which they are sent.
pub(super) type Signals<W, C> = Vec<Arc<dyn Signalling<W, C>>>;

/// A signal, for whichever host the workflow runs on.
pub(super) trait Signalling<W: Workflow, C: Container>: Send + Sync {
    fn in_process(&self, handle: &RunHandle<W>);
    fn on_engine<'e>(&'e self, engine: &'e Engine<C>, id: &'e str) -> BoxFuture<'e, Result<(), EngineError>>;
    /// Which waits it may be for.
    fn of(&self) -> Waits;
}

/// The type of a signal, the workflow that waits for it, and the `#[name]` of the wait.
pub(super) type Waits = (TypeId, &'static str, Option<&'static str>);

struct Signal<To, T> {
    value: T,
    name: Option<&'static str>,
    to: PhantomData<fn() -> To>,
}

impl<W: Workflow, C: Container, To: Workflow + Accepts<T>, T: Data> Signalling<W, C> for Signal<To, T> {
    fn in_process(&self, handle: &RunHandle<W>) {
        // A run that has ended waits for nothing; its result says why.
        let _ = handle.send::<To, T>(self.name, self.value.clone());
    }

    fn on_engine<'e>(&'e self, engine: &'e Engine<C>, id: &'e str) -> BoxFuture<'e, Result<(), EngineError>> {
        match self.name {
            Some(name) => Box::pin(engine.signal_named::<To, T>(id, name, self.value.clone())),
            None => Box::pin(engine.signal::<To, T>(id, self.value.clone())),
        }
    }

    fn of(&self) -> Waits {
        (TypeId::of::<T>(), To::INFO.name, self.name)
    }
}

impl<W: Workflow + RunsOn<C>, C: Container, S> Fixture<W, C, S> {
    /// A signal that is sent to every execution as soon as it has started.
    #[must_use]
    pub fn signal<T: Data>(self, signal: T) -> Self
    where
        W: Accepts<T>,
    {
        self.signal_child::<W, T>(signal)
    }

    /// A signal for the wait of this `#[name]`, sent as soon as the execution has started.
    #[must_use]
    pub fn signal_named<T: Data>(mut self, name: &'static str, signal: T) -> Self
    where
        W: Accepts<T>,
    {
        self.signals.push(Arc::new(Signal::<W, T> { value: signal, name: Some(name), to: PhantomData }));
        self
    }

    /// A signal for a child workflow, sent as soon as the execution has started.
    #[must_use]
    pub fn signal_child<Child: Workflow + Accepts<T>, T: Data>(mut self, signal: T) -> Self {
        self.signals.push(Arc::new(Signal::<Child, T> { value: signal, name: None, to: PhantomData }));
        self
    }

    /// Executions with the input named last are sent this signal instead of those of its type that all are sent.
    ///
    /// ```
    /// use anyhow::{Result, bail};
    /// use serde::{Deserialize, Serialize};
    /// use workflow_runtime::prelude::*;
    /// use workflow_runtime::testing::Fixture;
    ///
    /// #[derive(Clone, Serialize, Deserialize)]
    /// struct Approval { granted: bool }
    ///
    /// #[step]
    /// async fn refuse() -> Result<u32> { bail!("the manager refuses") }
    ///
    /// workflow! {
    ///     async fn reimburse(cents: u32) -> Result<u32> {
    ///         let approval = signal!(Approval, timeout = "3d").await?;
    ///         if approval.granted { Ok(cents) } else { refuse().await }
    ///     }
    /// }
    ///
    /// let fixture = Fixture::new(|| ((), reimburse(500)))
    ///     .signal(Approval { granted: true })
    ///     .failing("refused", || ((), reimburse(500)))
    ///     .signal_instead(Approval { granted: false });
    /// let suite = fixture.suite();
    /// assert!(suite.case("time_out_at::Approval").is_some() && suite.case("cancel_at::Approval").is_some());
    /// suite.check();
    /// ```
    #[must_use]
    pub fn signal_instead<T: Data>(mut self, signal: T) -> Self
    where
        W: Accepts<T>,
    {
        if let Some(input) = self.inputs.last_mut() {
            input.signals.push(Arc::new(Signal::<W, T> { value: signal, name: None, to: PhantomData }));
        }
        self
    }

    /// What executions with this input are sent.
    pub(super) fn signals_for(&self, input: &Input<W, C>) -> Signals<W, C> {
        let is_replaced = |signal: &&Arc<dyn Signalling<W, C>>| {
            let (value, to, _) = signal.of();
            input.signals.iter().any(|own| (own.of().0, own.of().1) == (value, to))
        };
        self.signals.iter().filter(|signal| !is_replaced(signal)).chain(&input.signals).cloned().collect()
    }
}
