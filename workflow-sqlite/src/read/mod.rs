//! Reads, beside the writer: each sees what was committed when it began.

mod list;
mod lookup;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;
use workflow_runtime::StoreError;

use crate::SqliteOptions;
use crate::error::Result;

pub(crate) use list::list;
pub(crate) use lookup::{history, inbox, load, mail, outbox, position, schedules};

/// Connections that read, opened when they are first needed.
#[derive(Debug)]
pub(crate) struct Readers {
    shared: Arc<Shared>,
    permits: Semaphore,
}

#[derive(Debug)]
struct Shared {
    idle: Mutex<Vec<Connection>>,
    options: SqliteOptions,
    path: PathBuf,
    place: String,
}

impl Readers {
    pub(crate) fn new(options: SqliteOptions, path: PathBuf, place: String, count: usize) -> Self {
        let shared = Shared { idle: Mutex::default(), options, path, place };
        Self { shared: Arc::new(shared), permits: Semaphore::new(count) }
    }

    /// Runs a read on a thread where it may block.
    pub(crate) async fn read<T, F>(&self, read: F) -> std::result::Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        let _permit = self.permits.acquire().await.map_err(|_| StoreError::Closed)?;
        let shared = Arc::clone(&self.shared);
        let read = tokio::task::spawn_blocking(move || shared.read(read).map_err(|fault| fault.at(&shared.place)));
        read.await.unwrap_or(Err(StoreError::Closed))
    }
}

impl Shared {
    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let idle = self.idle().pop();
        let connection = idle.map_or_else(|| self.options.reader(&self.path), Ok)?;
        let answer = read(&connection);
        self.idle().push(connection);
        answer
    }
}
