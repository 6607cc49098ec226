//! Cancelling, undoing, and undoing again.

use std::sync::Arc;
use std::time::Duration;

use crate::durable::{CANCEL, Script, patiently};
use crate::interpose::Cancel;
use crate::journal::{Phase, Record, State};
use crate::services::Container;
use crate::store::{Events, Execution, ExecutionStatus, StoreError};

use super::Engine;
use super::error::EngineError;
use super::worker;

/// After so long an execution that another engine has taken is looked at again.
const AGAIN: Duration = Duration::from_millis(10);

impl<C: Container> Engine<C> {
    /// Asks an execution to stop and to roll back; its result tells when it has. Asking again changes nothing. While its
    /// pivot runs, the request is taken, and if the pivot succeeds it has come too late and changes nothing.
    ///
    /// # Errors
    /// When there is no such execution, it has ended (other than by being rolled back), its pivot has succeeded, or the
    /// store fails.
    pub async fn cancel(&self, id: &str) -> Result<(), EngineError> {
        let row = self.row(id).await?;
        match row.status {
            ExecutionStatus::Compensating | ExecutionStatus::Compensated => return Ok(()),
            status if status.is_finished() => return Err(EngineError::Ended { id: row.id, status }),
            _ => {}
        }
        if self.state(&row).await?.past_pivot() {
            return Err(EngineError::PastPivot { id: row.id });
        }
        self.post(id, CANCEL, "", "{}".to_owned()).await
    }

    /// Rolls a completed execution back; its result tells when that is done. Asking again changes nothing. If what it has
    /// run differs in today's definition, it is parked, until an engine starts that has the old one too.
    ///
    /// # Errors
    /// When there is no such execution, it has not completed, its pivot has succeeded, or the store fails.
    pub async fn undo(&self, id: &str) -> Result<(), EngineError> {
        self.reopen(id, ExecutionStatus::Completed, Record::UndoRequested).await
    }

    /// Tries again to undo what could not be undone in an execution that failed.
    ///
    /// # Errors
    /// When there is no such execution, it has not failed, it failed past its pivot, or the store fails.
    pub async fn retry_compensation(&self, id: &str) -> Result<(), EngineError> {
        self.reopen(id, ExecutionStatus::Failed, Record::RetryRequested).await
    }

    /// Lets what a test has put before the steps cancel executions.
    pub(super) fn layers_cancel(&self) {
        let shared = Arc::downgrade(&self.shared);
        let cancel: Cancel = Arc::new(move |id| {
            let engine = shared.upgrade().map(|shared| Self { shared });
            Box::pin(async move {
                if let Some(engine) = engine {
                    // It may have no way back: then it goes on.
                    let _ = engine.cancel(&id).await;
                }
            })
        });
        self.shared.layers.iter().for_each(|layer| layer.can_cancel(Arc::clone(&cancel)));
    }

    /// On a task of its own, so that whoever stops waiting does not leave it taken and at no work.
    async fn reopen(&self, id: &str, from: ExecutionStatus, request: Record) -> Result<(), EngineError> {
        let (engine, id): (_, Arc<str>) = (self.clone(), id.into());
        let reopened = tokio::spawn(async move {
            let answer = engine.reopen_now(&id, from, &request).await;
            if let Err(EngineError::Store(_)) = &answer {
                worker::come_back(&engine.shared, &id);
            }
            engine.shared.work.notify_one();
            answer
        });
        reopened.await.unwrap_or(Err(EngineError::Closed))
    }

    async fn reopen_now(&self, id: &str, from: ExecutionStatus, request: &Record) -> Result<(), EngineError> {
        let shared = &self.shared;
        loop {
            let taking = shared.taking().await.ok_or(EngineError::Closed)?;
            let row = self.row(id).await?;
            match row.status {
                ExecutionStatus::Compensating | ExecutionStatus::Compensated => return Ok(()),
                status if status != from && status.is_finished() => {
                    return Err(EngineError::Ended { id: row.id, status });
                }
                status if status != from => return Err(EngineError::NotEnded { id: row.id, status }),
                _ => {}
            }
            match self.state(&row).await {
                Ok(state) if state.past_pivot() => return Err(EngineError::PastPivot { id: row.id }),
                Ok(_) => {}
                // It may have been forgotten, or run again, between the two looks; then this is no damage.
                Err(_) if self.row(id).await? != row => continue,
                Err(error) => return Err(error),
            }
            let now = shared.now();
            let Some(row) = patiently(|| shared.store.take(id, &shared.owner, now)).await? else {
                // Another engine is about to do the same.
                drop(taking);
                tokio::time::sleep(AGAIN).await;
                continue;
            };
            // Somebody may have been quicker.
            let (mut events, mut status) = (Events::default(), row.status);
            if row.status == from {
                status = ExecutionStatus::Compensating;
                request.write(&mut events).map_err(|error| EngineError::Json {
                    what: format!("a request to `{id}`"),
                    detail: error.to_string(),
                })?;
                shared.let_go(id);
            }
            shared.recovered.touched(id, now);
            let append = Arc::new(shared.hand_back(row, now, status, events));
            match patiently(|| shared.store.append(append.clone())).await {
                Ok(()) => return Ok(()),
                Err(StoreError::Lost { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    pub(super) async fn row(&self, id: &str) -> Result<Execution, EngineError> {
        let row = patiently(|| self.shared.store.load(id)).await?;
        row.ok_or_else(|| EngineError::NoSuchExecution { id: id.to_owned() })
    }

    async fn state(&self, row: &Execution) -> Result<State, EngineError> {
        let journal = patiently(|| self.shared.store.history(&row.id, row.run)).await?;
        let read = Script::read(journal);
        let corrupt = |detail| StoreError::corrupt("journal", &row.id, detail);
        let (_, _, state) = read.map_err(corrupt)?;
        if row.status.is_finished() && state.phase() == Phase::Running {
            return Err(corrupt(format!("it has no end, and the execution is {}", row.status)).into());
        }
        Ok(state)
    }
}
