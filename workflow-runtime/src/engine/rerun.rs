//! Starting again under an id whose execution has ended without completing.

use crate::in_process::Invocation;
use crate::store::ExecutionStatus;
use crate::workflow::Workflow;

/// What an engine does when it is to start an execution under an id that has ended without completing.
///
/// A further run has idempotency keys of its own: those of the second begin with `{id}~2`. The journals of earlier runs are
/// kept, see [`Engine::history_of_run`](crate::Engine::history_of_run).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Rerun {
    /// The execution stays as it ended, and its error is the answer again.
    #[default]
    Never,
    /// Where everything was undone, a further run begins, perhaps with another input.
    AfterCompensated,
    /// As [`AfterCompensated`](Rerun::AfterCompensated), and also where undoing failed. Effects that could not be undone are
    /// then still there, and as the new run has keys of its own, nobody recognises that they are there already: see first to
    /// what the error calls not undone, or prefer [`Engine::retry_compensation`](crate::Engine::retry_compensation).
    EvenAfterFailed,
}

impl Rerun {
    pub(super) fn follows(self, status: ExecutionStatus) -> bool {
        match self {
            Self::Never => false,
            Self::AfterCompensated => status == ExecutionStatus::Compensated,
            Self::EvenAfterFailed => matches!(status, ExecutionStatus::Compensated | ExecutionStatus::Failed),
        }
    }
}

impl<W: Workflow> Invocation<W> {
    /// What an engine does when the id belongs to an execution that has ended without completing: unless said otherwise, it
    /// answers with the same error again. One that is under way, or has completed, is found in any case.
    ///
    /// ```
    /// use anyhow::{Result, bail};
    /// use workflow_runtime::prelude::*;
    /// use workflow_runtime::{MemoryStore, Rerun};
    ///
    /// #[step]
    /// async fn pay(cents: u64) -> Result<u64> {
    ///     if cents > 100 { bail!("too much") }
    ///     Ok(cents)
    /// }
    ///
    /// workflow! {
    ///     async fn buy(cents: u64) -> Result<u64> { pay(cents).await }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// let engine = Engine::builder(()).store(MemoryStore::new()).workflow::<buy>().start().await?;
    /// assert!(engine.run(buy(500).id("order-42")).await.is_err());
    /// let paid = engine.run(buy(50).id("order-42").rerun(Rerun::AfterCompensated)).await?;
    /// assert_eq!(paid, 50);
    /// # engine.shutdown().await?; Ok(()) }
    /// ```
    pub fn rerun(mut self, rerun: Rerun) -> Self {
        self.options.rerun = rerun;
        self
    }
}
