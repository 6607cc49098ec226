//! `spawn`: a workflow that owns its task, with a handle to talk to it.

use std::fmt;
use std::marker::PhantomData;

use anyhow::anyhow;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::{oneshot, watch};

use crate::data::{Data, record};
use crate::error::WorkflowError;
use crate::execution::RunInfo;
use crate::services::{Container, IntoShared};
use crate::step::RunsOn;
use crate::workflow::{Accepts, Workflow};

use super::control::{Control, Message, NotCancelled, NotDelivered, cancel_through};
use super::invocation::Invocation;
use super::run::{broken, execute};

/// A workflow that runs on a task of its own. Dropping the handle lets it finish; clones are handles of the same run.
#[must_use = "the handle gives the result; `drop` it on purpose to let the workflow finish by itself"]
pub struct RunHandle<W: Workflow> {
    run: RunInfo,
    ended: watch::Receiver<Option<Result<W::Output, WorkflowError>>>,
    control: UnboundedSender<Control>,
    of: PhantomData<fn() -> W>,
}

impl<W: Workflow> Clone for RunHandle<W> {
    fn clone(&self) -> Self {
        let (run, ended, control) = (self.run.clone(), self.ended.clone(), self.control.clone());
        Self { run, ended, control, of: PhantomData }
    }
}

impl<W: Workflow> fmt::Debug for RunHandle<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunHandle").field("workflow", &W::INFO.name).field("id", &self.run.id()).finish_non_exhaustive()
    }
}

impl<W: Workflow> Invocation<W> {
    /// Runs the workflow on a task of its own; call it inside a tokio runtime.
    pub fn spawn<C: Container>(self, app: impl IntoShared<C>) -> RunHandle<W>
    where
        W: RunsOn<C>,
    {
        let app = app.into_shared();
        let run = RunInfo::new(self.id, W::INFO.name);
        let (control, controls) = unbounded_channel();
        let (input, options) = (self.input, self.options);
        if !options.layers.is_empty() {
            let cancel = cancel_through(control.clone());
            options.layers.iter().for_each(|layer| layer.can_cancel(cancel.clone()));
        }
        let own = run.clone();
        let (end, ended) = watch::channel(None);
        tokio::spawn(async move {
            let result = execute::<W, C>(input, &*app, own, options, Some(controls)).await;
            end.send_replace(Some(result));
        });
        RunHandle { run, ended, control, of: PhantomData }
    }
}

impl<W: Workflow> RunHandle<W> {
    /// The id of the execution.
    #[must_use]
    pub fn id(&self) -> &str {
        self.run.id()
    }

    /// Waits for the result. It may be asked for again, and by every clone.
    ///
    /// # Errors
    /// When the workflow did not complete.
    pub async fn result(&self) -> Result<W::Output, WorkflowError> {
        let mut ended = self.ended.clone();
        let result = ended.wait_for(Option::is_some).await.ok().and_then(|result| result.clone());
        result.unwrap_or_else(|| Err(broken(&self.run, anyhow!("the runtime stopped the task of the workflow"))))
    }

    /// Sends a signal. One that nobody waits for yet is kept until somebody does.
    ///
    /// # Errors
    /// When the workflow has ended.
    pub fn signal<S: Data>(&self, signal: S) -> Result<(), NotDelivered>
    where
        W: Accepts<S>,
    {
        self.send::<W, S>(None, signal)
    }

    /// Sends a signal to the wait of this `#[name]`.
    ///
    /// # Errors
    /// When the workflow has ended.
    pub fn signal_named<S: Data>(&self, name: &'static str, signal: S) -> Result<(), NotDelivered>
    where
        W: Accepts<S>,
    {
        self.send::<W, S>(Some(name), signal)
    }

    /// Sends a signal to the child workflow `Child`.
    ///
    /// # Errors
    /// When the workflow has ended.
    pub fn signal_child<Child: Workflow + Accepts<S>, S: Data>(&self, signal: S) -> Result<(), NotDelivered> {
        self.send::<Child, S>(None, signal)
    }

    pub(crate) fn send<To: Workflow, S: Data>(
        &self,
        name: Option<&'static str>,
        signal: S,
    ) -> Result<(), NotDelivered> {
        let message = Message { workflow: To::INFO.name, name, value: record(signal) };
        self.control.send(Control::Signal(message)).map_err(|_| NotDelivered)
    }

    /// Asks the workflow to stop and to roll back; [`result`](RunHandle::result) tells when it has. The answer comes at
    /// once, but while a pivot runs only when the pivot has decided whether there still is a way back.
    ///
    /// # Errors
    /// When there is nothing to cancel any more: it has ended, or the pivot has succeeded.
    pub async fn cancel(&self) -> Result<(), NotCancelled> {
        let (reply, answer) = oneshot::channel();
        self.control.send(Control::Cancel(reply)).map_err(|_| NotCancelled::Ended)?;
        answer.await.unwrap_or(Err(NotCancelled::Ended))
    }
}
