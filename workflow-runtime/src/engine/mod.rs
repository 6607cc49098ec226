//! The engine: runs workflows so that they survive the process.

mod builder;
mod control;
mod definition;
mod error;
mod events;
mod fingerprint;
mod handle;
mod look;
mod recover;
mod recovered;
mod rerun;
mod schedule;
mod shared;
mod shutdown;
mod signal;
mod start;
mod work;
mod worker;

use std::fmt;
use std::sync::Arc;

use crate::services::Container;

pub use builder::EngineBuilder;
pub use error::EngineError;
pub use handle::ExecutionHandle;
pub use look::JournalEntry;
pub use rerun::Rerun;
pub use schedule::{CronError, Missed, Overlap, Schedule, ScheduleInfo, Tick};

use shared::Shared;

/// Runs workflows durably: every execution is recorded in a [`Store`](crate::Store) and goes on after a crash.
///
/// An engine is a handle; clones are the same engine. It works on the tokio runtime on which it was started, until
/// [`shutdown`](Engine::shutdown).
///
/// ```
/// use anyhow::Result;
/// use workflow_runtime::prelude::*;
/// use workflow_runtime::{Engine, MemoryStore};
///
/// #[step]
/// async fn greet(name: String) -> Result<String> {
///     Ok(format!("hello, {name}"))
/// }
///
/// workflow! {
///     async fn welcome(name: String) -> Result<String> {
///         greet(name).await
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
/// let engine = Engine::builder(()).store(MemoryStore::new()).workflow::<welcome>().start().await?;
/// let run = engine.start(welcome("world".to_owned()).id("first")).await?;
/// assert_eq!(run.result().await?, "hello, world");
/// // The same id is the same execution, never a second one.
/// let again = engine.run(welcome("world".to_owned()).id("first")).await?;
/// assert_eq!(again, "hello, world");
/// engine.shutdown().await?;
/// # Ok(()) }
/// ```
pub struct Engine<C: Container> {
    shared: Arc<Shared<C>>,
}

#[cfg(feature = "testing")]
impl<C: Container> Engine<C> {
    /// Under which name it owns executions.
    pub(crate) fn owner(&self) -> &str {
        &self.shared.owner
    }
}

impl<C: Container> Clone for Engine<C> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<C: Container> fmt::Debug for Engine<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("owner", &self.shared.owner).finish_non_exhaustive()
    }
}
