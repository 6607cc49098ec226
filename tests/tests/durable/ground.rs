//! Where executions are kept when engines come and go.

use std::future::Future;
use std::path::PathBuf;

use rusqlite::Connection;
use tempfile::TempDir;
use workflow_runtime::store::{MemoryStore, Store};
use workflow_sqlite::{SqliteOptions, SqliteStore};
use workflow_tests::HoldingTime;

/// A place that holds executions, whoever opens it.
pub(crate) trait Ground: Sized {
    type Store: Store + Clone;

    /// An empty one.
    fn new() -> Self;

    /// A store for one engine.
    fn open(&self) -> impl Future<Output = Self::Store>;
}

impl Ground for MemoryStore {
    type Store = Self;

    fn new() -> Self {
        Self::new()
    }

    async fn open(&self) -> Self {
        self.clone()
    }
}

/// A directory with a file, which goes with the test.
pub(crate) struct Place(TempDir);

impl Place {
    pub(crate) fn file(&self) -> PathBuf {
        self.0.path().join("executions.db")
    }

    pub(crate) async fn open_with(&self, options: SqliteOptions) -> HoldingTime<SqliteStore> {
        HoldingTime::new(options.open(self.file()).await.unwrap())
    }

    /// The file as any other program sees it.
    pub(crate) fn shell(&self) -> Connection {
        Connection::open(self.file()).unwrap()
    }
}

impl Ground for Place {
    type Store = HoldingTime<SqliteStore>;

    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    async fn open(&self) -> Self::Store {
        self.open_with(SqliteOptions::new()).await
    }
}

/// Lists each test, which is generic over its [`Ground`], once for each store.
macro_rules! on_every_store {
    ($module:ident: $ground:ty: $($test:ident),*) => {
        mod $module {
            $(
                #[tokio::test(start_paused = true)]
                async fn $test() {
                    super::$test::<$ground>().await;
                }
            )*
        }
    };
    ($($test:ident),* $(,)?) => {
        $crate::ground::on_every_store!(on_memory: workflow_runtime::MemoryStore: $($test),*);
        $crate::ground::on_every_store!(on_sqlite: $crate::ground::Place: $($test),*);
    };
}

pub(crate) use on_every_store;
