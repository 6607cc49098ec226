//! Starting an execution: the same id is the same execution.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::data::record;
use crate::durable::patiently;
use crate::execute::same;
use crate::in_process::Invocation;
use crate::services::Container;
use crate::step::{BoxFuture, RunsOn};
use crate::store::{Created, Events, Execution, ExecutionStatus, NewExecution, StoreError};
use crate::workflow::Workflow;

use super::definition::Definition;
use super::error::EngineError;
use super::handle::ExecutionHandle;
use super::look::Damage;
use super::shared::{Ending, Shared};
use super::worker;
use super::{Engine, recover};

impl<C: Container> Engine<C> {
    /// Starts an execution, or finds the one that has the id. When this returns, the execution is durable.
    ///
    /// One that has ended without completing is found as it ended, unless [`Invocation::rerun`] says otherwise.
    ///
    /// # Errors
    /// When the id belongs to an execution of another workflow or with another input, when the workflow was not
    /// registered, when the invocation carries an observer, a subscriber or a clock (those are the engine's) or an empty id,
    /// or when the store fails.
    // Boxed, as is all that asks something of a workflow, and not an `async fn`, so that a missing service is one error and
    // not one for each use of its future.
    pub fn start<W: Workflow + RunsOn<C>>(
        &self,
        invocation: Invocation<W>,
    ) -> BoxFuture<'_, Result<ExecutionHandle<C, W>, EngineError>> {
        Box::pin(self.begin(invocation))
    }

    async fn begin<W: Workflow>(&self, invocation: Invocation<W>) -> Result<ExecutionHandle<C, W>, EngineError> {
        let Invocation { input, id, options, .. } = invocation;
        let empty = id.as_deref() == Some("");
        let empty = empty.then_some(("an empty id", "leave `.id(..)` out for an execution with an id of its own"));
        if let Some((what, instead)) = options.misplaced().or(empty) {
            return Err(EngineError::Misplaced { workflow: W::INFO.name, what, instead });
        }
        let input = record(input);
        let json = input.to_raw().map_err(|error| EngineError::Json {
            what: format!("the input of `{}`", W::INFO.name),
            detail: error.to_string(),
        })?;
        let shared = &self.shared;
        let id: Arc<str> = id.unwrap_or_else(|| crate::execution::fresh_name("run")).into();
        let definition = registered::<C, W>(shared)?;
        if shared.closing.load(Ordering::Acquire) {
            return Err(EngineError::Closed);
        }
        recover::renew_if_due(shared).await?;
        let (mut run, mut replaces, mut seen) = (1, None, None);
        loop {
            let told = shared.wait_for(&id, run);
            let new = Box::new(NewExecution {
                id: Arc::clone(&id),
                workflow: Arc::clone(&definition.workflow),
                version: W::INFO.version,
                fingerprint: Arc::clone(&definition.printed),
                input: json.get().to_owned(),
                status: ExecutionStatus::Running,
                owner: Some(Arc::clone(&shared.owner)),
                due: None,
                events: Events::default(),
                at: shared.now(),
                replaces,
            });
            let mut found = match worker::make(shared, new, run, Arc::clone(&input), seen.as_ref()) {
                Ok(answer) => match answer.await.unwrap_or(Err(StoreError::Closed)) {
                    Ok(Created::New { .. }) => {
                        return Ok(ExecutionHandle::new(Arc::clone(shared), id, run, Some(told)));
                    }
                    Ok(Created::Exists(found)) => Some(*found),
                    // The run that was to be replaced is not the last one any more.
                    Err(StoreError::Lost { .. }) if replaces.is_some() => patiently(|| shared.store.load(&id)).await?,
                    Err(error) => return Err(error.into()),
                },
                Err(other) => {
                    other.until_made().await;
                    patiently(|| shared.store.load(&id)).await?
                }
            };
            drop(told);
            shared.wait_no_more(&id);
            let begins = |found: &Execution| found.workflow == W::INFO.name && options.rerun.follows(found.status);
            if found.as_ref().is_none_or(begins) && seen.is_none() {
                // Nobody here is to go on with it between this look and the creation.
                seen = Some(shared.taking().await.ok_or(EngineError::Closed)?);
                found = patiently(|| shared.store.load(&id)).await?;
            }
            (run, replaces) = match found {
                Some(ended) if begins(&ended) => (ended.run.saturating_add(1), Some(ended.revision)),
                Some(found) => return self.attach(found, json.get()),
                None => (1, None),
            };
        }
    }

    fn attach<W: Workflow>(&self, found: Execution, input: &str) -> Result<ExecutionHandle<C, W>, EngineError> {
        let Execution { id, workflow, run, input: stored, .. } = found;
        if workflow != W::INFO.name {
            return Err(EngineError::OtherWorkflow { id, workflow });
        }
        if stored != input && !same(&stored, input) {
            return Err(EngineError::OtherInput { id });
        }
        Ok(ExecutionHandle::new(Arc::clone(&self.shared), id.into(), run, None))
    }

    /// Starts an execution, or finds the one that has the id, and waits for its result.
    ///
    /// # Errors
    /// As for [`start`](Engine::start), and when the workflow does not complete.
    pub fn run<W: Workflow + RunsOn<C>>(
        &self,
        invocation: Invocation<W>,
    ) -> BoxFuture<'_, Result<W::Output, EngineError>> {
        Box::pin(async move { self.begin(invocation).await?.result().await })
    }

    /// A handle to an execution that was started before, perhaps by another process.
    ///
    /// # Errors
    /// When there is no such execution, or it is one of another workflow, or the store fails.
    pub fn execution<'a, W: Workflow>(
        &'a self,
        id: &'a str,
    ) -> BoxFuture<'a, Result<ExecutionHandle<C, W>, EngineError>> {
        Box::pin(async move {
            match self.shared.store.load(id).await? {
                None => Err(EngineError::NoSuchExecution { id: id.to_owned() }),
                Some(found) if found.workflow != W::INFO.name => {
                    Err(EngineError::OtherWorkflow { id: id.to_owned(), workflow: found.workflow })
                }
                Some(found) => Ok(ExecutionHandle::new(Arc::clone(&self.shared), found.id.into(), found.run, None)),
            }
        })
    }
}

/// What the engine knows of `W`.
pub(super) fn registered<C: Container, W: Workflow>(shared: &Shared<C>) -> Result<&Definition<C>, EngineError> {
    let found = shared.definitions.get(&(W::INFO.name, W::INFO.version));
    let unknown = || EngineError::NotRegistered { workflow: W::INFO.name.to_owned(), version: W::INFO.version };
    found.ok_or_else(unknown)
}

impl Ending {
    /// The ending that a row shows; `None` while there is none.
    pub(super) fn of(row: Execution) -> Option<Self> {
        let finished = crate::durable::Finished { status: row.status, result: row.result, error: row.error };
        match row.status {
            status if status.is_finished() => Some(Self::Finished(finished)),
            ExecutionStatus::Parked => {
                let (id, why) = (row.id, finished.error.unwrap_or_default());
                Some(Self::Stopped(match Damage::read(&why) {
                    Some(what) => EngineError::Damaged { id, what },
                    None => EngineError::Parked { id, why },
                }))
            }
            _ => None,
        }
    }
}
