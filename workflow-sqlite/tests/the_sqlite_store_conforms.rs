//! The store in a file keeps what `Store` promises.
#![allow(missing_docs, clippy::unwrap_used)]

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use workflow_runtime::store::PayloadLimit;
use workflow_runtime::testing::{NotConforming, StoreSetup, store_conformance};
use workflow_sqlite::{SqliteOptions, SqliteStore};

/// Every store in a file of its own, in one directory; the newest is the one that is opened again.
struct InFiles {
    directory: tempfile::TempDir,
    count: AtomicUsize,
}

impl InFiles {
    fn path(&self, number: usize) -> PathBuf {
        self.directory.path().join(format!("{number}.db"))
    }
}

impl StoreSetup for InFiles {
    type Store = SqliteStore;

    async fn empty(&self, limit: PayloadLimit) -> SqliteStore {
        let path = self.path(self.count.fetch_add(1, Ordering::Relaxed) + 1);
        SqliteOptions::new().payload_limit(limit).open(path).await.unwrap()
    }

    async fn again(&self, _: &SqliteStore) -> Option<SqliteStore> {
        Some(SqliteStore::open(self.path(self.count.load(Ordering::Relaxed))).await.unwrap())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn in_files() -> Result<(), NotConforming> {
    let setup = InFiles { directory: tempfile::tempdir().unwrap(), count: AtomicUsize::new(0) };
    store_conformance(&setup).await.map(drop)
}
