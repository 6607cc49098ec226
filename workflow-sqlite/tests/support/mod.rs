//! What the tests of the file share.
#![allow(dead_code, clippy::unwrap_used, reason = "no test file uses all of it")]

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use workflow_runtime::store::*;
use workflow_sqlite::SqliteStore;

/// A directory with room for one store.
pub(crate) struct Place {
    directory: tempfile::TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.directory.path().join("executions.db")
    }

    pub(crate) async fn open(&self) -> Result<SqliteStore, StoreError> {
        SqliteStore::open(self.file()).await
    }

    /// The file as any other program sees it.
    pub(crate) fn shell(&self) -> Connection {
        Connection::open(self.file()).unwrap()
    }
}

pub(crate) fn new(id: &str) -> NewExecution {
    NewExecution {
        id: id.into(),
        workflow: "order".into(),
        version: 1,
        fingerprint: "f00d".into(),
        input: r#"{"item":"tea"}"#.to_owned(),
        status: ExecutionStatus::Running,
        owner: Some("ada".into()),
        due: None,
        events: vec![NewEvent { kind: "begun".to_owned(), path: String::new(), data: "{}".to_owned() }].into(),
        at: 1_000,
        replaces: None,
    }
}

pub(crate) fn done() -> NewEvent {
    NewEvent { kind: "done".to_owned(), path: "reserve".to_owned(), data: "7".to_owned() }
}

pub(crate) fn next(id: &str, revision: u64) -> Append {
    Append {
        id: id.into(),
        owner: "ada".into(),
        revision,
        at: 2_000,
        events: vec![done()].into(),
        status: ExecutionStatus::Running,
        due: None,
        retries: None,
        result: None,
        error: None,
        release: false,
        outbox: Vec::new(),
        consumed: Vec::new(),
    }
}

/// A store with the execution `a`, closed again.
pub(crate) async fn filled(place: &Place) {
    let store = place.open().await.unwrap();
    store.create(new("a")).await.unwrap();
    store.append(next("a", 1)).await.unwrap();
}

pub(crate) fn size(path: &Path) -> u64 {
    std::fs::metadata(path).unwrap().len()
}
