//! What durable executions cost, each figure beside the limit that the disk or SQLite itself sets, measured in the same run.

pub mod by_hand;
pub mod growth;
pub mod meter;
pub mod payloads;
pub mod rates;
pub mod raw;
pub mod recovery;
pub mod retries;
pub mod sleepers;
pub mod stored;
pub mod workflows;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use workflow_runtime::Engine;
use workflow_sqlite::SqliteStore;

use workflows::{App, blocked, carry, flaky, nap, sum_ten, sum_three};

/// Where and how long to measure.
#[derive(Debug)]
pub struct Bench {
    /// Goes away with everything in it.
    directory: TempDir,
    /// Whether figures only have to be in the right region.
    pub quick: bool,
    /// The only number of executions at once to look at, where several are compared.
    pub in_flight: Option<usize>,
    /// What the engine's tasks run on.
    pub runtime: Runtime,
}

impl Bench {
    /// Files go to a directory of their own inside `BENCH_DIR`, or the system's directory for temporary files.
    ///
    /// # Errors
    /// When there is no such directory, or no thread can be had.
    pub fn new(quick: bool, in_flight: Option<usize>) -> anyhow::Result<Self> {
        let parent = std::env::var_os("BENCH_DIR").map_or_else(std::env::temp_dir, Into::into);
        let directory = tempfile::tempdir_in(parent)?;
        // One thread for the tasks, beside the one that writes: on two cores more would get in each other's way.
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_time().build()?;
        Ok(Self { directory, quick, in_flight, runtime })
    }

    /// A file that is not there yet.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// `full`, or `quick` in a hurry.
    pub fn choose<T>(&self, full: T, quick: T) -> T {
        if self.quick { quick } else { full }
    }
}

/// An engine on a file, with every workflow of these benchmarks.
///
/// # Errors
/// When the file cannot be opened.
pub async fn engine(path: &Path, app: &Arc<App>) -> anyhow::Result<(Engine<App>, SqliteStore)> {
    let store = SqliteStore::open(path).await?;
    let builder = Engine::builder(Arc::clone(app)).store(store.clone());
    let builder = builder.workflow::<sum_three>().workflow::<sum_ten>().workflow::<blocked>();
    let builder = builder.workflow::<nap>().workflow::<carry>().workflow::<flaky>();
    Ok((builder.start().await?, store))
}
