//! Whoever opens a file that is not there yet, beside others who do the same: it is made once, and all have it.
#![allow(missing_docs, clippy::unwrap_used)]

use workflow_sqlite::SqliteStore;

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn nobody_takes_a_half_made_file_for_one_of_another_program() {
    for _ in 0..25 {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("new.db");
        let opening: Vec<_> = (0..8).map(|_| tokio::spawn(SqliteStore::open(path.clone()))).collect();
        for store in opening {
            store.await.unwrap().unwrap();
        }
    }
}
