//! The store in memory keeps what `Store` promises.
#![allow(missing_docs)]

use workflow_runtime::store::{MemoryStore, PayloadLimit};
use workflow_runtime::testing::{NotConforming, StoreSetup, store_conformance};

struct InMemory;

impl StoreSetup for InMemory {
    type Store = MemoryStore;

    async fn empty(&self, limit: PayloadLimit) -> MemoryStore {
        MemoryStore::new().payload_limit(limit)
    }

    async fn again(&self, store: &MemoryStore) -> Option<MemoryStore> {
        Some(store.clone())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_many_threads() -> Result<(), NotConforming> {
    store_conformance(&InMemory).await.map(drop)
}
