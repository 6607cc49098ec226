//! A handle to an execution.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use serde::de::IgnoredAny;
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::data::Data;
use crate::durable::{Finished, ended_with, patiently};
use crate::execution::RunInfo;
use crate::services::Container;
use crate::step::BoxFuture;
use crate::store::{ExecutionStatus, StoreError};
use crate::workflow::{Accepts, Workflow};

use super::Engine;
use super::error::EngineError;
use super::shared::{Ending, Shared};

/// Whoever waits asks the store no more often than once in so much time for each execution that is waited for here: however
/// many they are, the store has other things to do.
const SHARE: Duration = Duration::from_millis(1);

/// In so much time a store that had failed for long, and answers again, is asked again.
const SILENCE: Duration = Duration::from_secs(2);

/// An execution of the workflow `W`. Dropping the handle changes nothing.
pub struct ExecutionHandle<C: Container, W> {
    shared: Arc<Shared<C>>,
    id: Arc<str>,
    run: u32,
    told: Option<oneshot::Receiver<Ending>>,
    of: PhantomData<fn() -> W>,
}

impl<C: Container, W: Workflow> fmt::Debug for ExecutionHandle<C, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExecutionHandle").field("workflow", &W::INFO.name).field("id", &self.id).finish_non_exhaustive()
    }
}

impl<C: Container, W: Workflow> ExecutionHandle<C, W> {
    pub(super) fn new(shared: Arc<Shared<C>>, id: Arc<str>, run: u32, told: Option<oneshot::Receiver<Ending>>) -> Self {
        Self { shared, id, run, told, of: PhantomData }
    }

    /// The id of the execution.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Waits for the result of this run, or of a later one that has replaced it; through any number of waits, and on whichever engine the execution runs.
    ///
    /// # Errors
    /// When the workflow did not complete, the execution is parked, the engine was shut down, or the store failed.
    pub async fn result(mut self) -> Result<W::Output, EngineError> {
        let ending = self.ending().await;
        drop(self.told.take());
        self.shared.wait_no_more(&self.id);
        match ending? {
            Ending::Finished(finished) => self.read(finished),
            Ending::Stopped(error) => Err(error),
        }
    }

    /// Where the execution stands.
    ///
    /// # Errors
    /// When it has been forgotten since, or the store fails.
    pub async fn status(&self) -> Result<ExecutionStatus, EngineError> {
        Ok(self.engine().row(&self.id).await?.status)
    }

    /// Sends a signal, as [`Engine::signal`] does.
    ///
    /// # Errors
    /// When the execution has ended, or the store fails.
    pub fn signal<S: Data>(&self, signal: S) -> BoxFuture<'_, Result<(), EngineError>>
    where
        W: Accepts<S>,
    {
        Box::pin(async move { self.engine().send_signal::<W, S>(&self.id, None, signal).await })
    }

    /// Sends a signal to the wait of this `#[name]`.
    ///
    /// # Errors
    /// As for [`signal`](ExecutionHandle::signal).
    pub fn signal_named<'a, S: Data>(&'a self, name: &'a str, signal: S) -> BoxFuture<'a, Result<(), EngineError>>
    where
        W: Accepts<S>,
    {
        Box::pin(async move { self.engine().send_signal::<W, S>(&self.id, Some(name), signal).await })
    }

    /// Sends a signal to the child workflow `Child`.
    ///
    /// # Errors
    /// As for [`signal`](ExecutionHandle::signal).
    pub fn signal_child<Child: Workflow + Accepts<S>, S: Data>(
        &self,
        signal: S,
    ) -> BoxFuture<'_, Result<(), EngineError>> {
        Box::pin(async move { self.engine().send_signal::<Child, S>(&self.id, None, signal).await })
    }

    /// Asks the execution to stop and to roll back, as [`Engine::cancel`] does.
    ///
    /// # Errors
    /// As for [`Engine::cancel`].
    pub async fn cancel(&self) -> Result<(), EngineError> {
        self.engine().cancel(&self.id).await
    }

    fn engine(&self) -> Engine<C> {
        Engine { shared: Arc::clone(&self.shared) }
    }

    async fn ending(&mut self) -> Result<Ending, EngineError> {
        // A handle of its own start needs no look at the store.
        let mut told = match self.told.take() {
            Some(told) => told,
            None => {
                let told = self.shared.wait_for(&self.id, self.run);
                if let Some(ending) = self.look().await? {
                    return Ok(ending);
                }
                told
            }
        };
        let mut silent: Option<(Instant, StoreError)> = None;
        loop {
            // Another process may be running it; who waits for one execution asks more often than the engine for all.
            let pause = (self.shared.look / 5).max(SHARE.saturating_mul(self.shared.awaited()));
            match tokio::time::timeout(pause, &mut told).await {
                Ok(Ok(ending)) => return Ok(ending),
                Ok(Err(_)) => return Err(EngineError::Closed),
                Err(_) => {
                    // What runs here is told of as soon as it ends, unless nothing can be written.
                    let link = self.shared.active().get(&self.id).cloned();
                    if let Some(link) = link {
                        silent =
                            link.outage().map(|error| (silent.map_or_else(Instant::now, |(since, _)| since), error));
                        match &silent {
                            Some((since, error)) if since.elapsed() > SILENCE => return Err(error.clone().into()),
                            _ => continue,
                        }
                    }
                    if let Some(ending) = self.look().await? {
                        return Ok(ending);
                    }
                }
            }
        }
    }

    async fn look(&self) -> Result<Option<Ending>, EngineError> {
        let row = patiently(|| self.shared.store.load(&self.id)).await?;
        let row = row.ok_or_else(|| EngineError::NoSuchExecution { id: self.id.to_string() })?;
        Ok(Ending::of(row))
    }

    fn read(&self, finished: Finished) -> Result<W::Output, EngineError> {
        let Finished { status, result, error } = finished;
        if status == ExecutionStatus::Completed {
            let result = result.ok_or_else(|| self.corrupt("result", "it is not there"))?;
            return serde_json::from_str(&result).map_err(|error| match serde_json::from_str::<IgnoredAny>(&result) {
                // It is what was recorded, and the type has changed since.
                Ok(_) => EngineError::Json {
                    what: format!("the result of execution `{}`", self.id),
                    detail: error.to_string(),
                },
                Err(damage) => self.corrupt("result", damage.to_string()).into(),
            });
        }
        let error = error.ok_or_else(|| self.corrupt("error", "it is not there"))?;
        let run = RunInfo::new(Some(self.id.to_string()), W::INFO.name);
        let error = ended_with(run, &error).map_err(|error| self.corrupt("error", error.to_string()))?;
        Err(EngineError::Workflow(error))
    }

    /// What it has ended with cannot be read.
    fn corrupt(&self, what: &str, detail: impl Into<String>) -> StoreError {
        StoreError::corrupt(what, &self.id, detail)
    }
}
