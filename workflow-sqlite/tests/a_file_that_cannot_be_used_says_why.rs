//! Files of another version, of another program, locked, full, read-only, in the wrong place.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::time::Duration;

use support::{Place, filled, new, next, size};
use workflow_runtime::store::{NewExecution, Store, StoreError};
use workflow_sqlite::{SqliteOptions, SqliteStore};

#[tokio::test]
async fn a_newer_format_is_refused_and_left_alone() {
    let place = Place::new();
    filled(&place).await;
    place.shell().pragma_update(None, "user_version", 99).unwrap();
    let error = place.open().await.unwrap_err();
    assert!(matches!(error, StoreError::NewerSchema { found: 99, supported: 1, .. }), "{error:?}");
    assert!(error.to_string().ends_with("update the program"), "{error}");
    let version: i64 = place.shell().pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, 99);
}

#[tokio::test]
async fn the_database_of_another_program_is_refused() {
    let place = Place::new();
    place.shell().execute_batch("CREATE TABLE recipes (name TEXT)").unwrap();
    let error = place.open().await.unwrap_err();
    assert!(error.to_string().contains("another program"), "{error}");
    let tables: i64 = place.shell().query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).unwrap();
    assert_eq!(tables, 1, "tables were added");
}

#[tokio::test]
async fn the_first_bytes_of_a_database_are_no_empty_one() {
    let place = Place::new();
    for bytes in [2, 16, 511] {
        std::fs::write(place.file(), &b"SQLite format 3\0".repeat(32)[..bytes]).unwrap();
        let error = place.open().await.unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { .. }), "{bytes}: {error:?}");
        assert_eq!(size(&place.file()), bytes as u64);
    }
}

/// Otherwise it would be asked for again and again.
#[tokio::test]
async fn what_never_passes_is_not_said_to_be_unavailable() {
    for broken in ["DROP TABLE journal", "ALTER TABLE executions DROP COLUMN events"] {
        let place = Place::new();
        filled(&place).await;
        place.shell().execute_batch(&format!("DROP VIEW overview; DROP VIEW history; {broken}")).unwrap();
        let store = place.open().await.unwrap();
        for error in [store.append(next("a", 2)).await.unwrap_err(), store.load("a").await.unwrap_err()] {
            assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
        }
    }
    let place = Place::new();
    filled(&place).await;
    let store = place.open().await.unwrap();
    let rule = "CREATE TRIGGER rule BEFORE INSERT ON executions BEGIN SELECT raise(ABORT, 'no more'); END";
    place.shell().execute_batch(rule).unwrap();
    let error = store.create(new("b")).await.unwrap_err();
    assert!(matches!(&error, StoreError::Corrupt { detail, .. } if detail.contains("no more")), "{error:?}");
}

#[tokio::test]
async fn a_missing_directory_is_named() {
    let place = Place::new();
    let error = SqliteStore::open(place.file().with_file_name("nowhere").join("x.db")).await.unwrap_err();
    assert!(matches!(error, StoreError::CannotOpen { .. }), "{error:?}");
    assert!(error.to_string().contains("nowhere` does not exist: create it"), "{error}");
}

#[tokio::test]
async fn a_directory_is_no_file() {
    let place = Place::new();
    let error = SqliteStore::open(place.file().parent().unwrap()).await.unwrap_err();
    assert!(error.to_string().contains("it is a directory"), "{error}");
}

#[tokio::test]
async fn a_locked_file_is_an_error_that_passes() {
    let place = Place::new();
    filled(&place).await;
    let store = SqliteOptions::new().busy_timeout(Duration::from_millis(50)).open(place.file()).await.unwrap();
    let shell = place.shell();
    shell.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = store.append(next("a", 2)).await.unwrap_err();
    assert!(matches!(error, StoreError::Locked { .. }) && error.is_transient(), "{error:?}");
    assert_eq!(store.history("a", 1).await.unwrap().len(), 2, "reads go on");
    shell.execute_batch("ROLLBACK").unwrap();
    store.append(next("a", 2)).await.unwrap();
    assert_eq!(store.history("a", 1).await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_full_file_is_an_error_that_passes_and_nothing_is_half_done() {
    let place = Place::new();
    filled(&place).await;
    let room = size(&place.file()) + 64 * 1024;
    let store = SqliteOptions::new().max_bytes(room).open(place.file()).await.unwrap();
    let input = format!("\"{}\"", "x".repeat(200 * 1024));
    let big = store.create(NewExecution { input, ..new("big") });
    let (big, small) = tokio::join!(big, store.create(new("small")));
    let error = big.unwrap_err();
    assert!(matches!(error, StoreError::Full { .. }) && error.is_transient(), "{error:?}");
    small.unwrap();
    assert_eq!(store.load("big").await.unwrap(), None);
    let traces: i64 = place
        .shell()
        .query_row("SELECT (SELECT count(*) FROM executions) + (SELECT count(*) FROM payloads)", [], |row| row.get(0))
        .unwrap();
    assert_eq!(traces, 4, "two executions with an input each");
    drop(store);
    place.open().await.unwrap().append(next("a", 2)).await.unwrap();
}

#[tokio::test]
async fn a_file_that_may_not_be_written_is_refused() {
    let place = Place::new();
    filled(&place).await;
    let mut permissions = std::fs::metadata(place.file()).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(place.file(), permissions).unwrap();
    // Permissions do not bind root.
    let bound = std::fs::OpenOptions::new().write(true).open(place.file()).is_err();
    match place.open().await {
        Err(error) => assert!(bound && matches!(error, StoreError::ReadOnly { .. }), "{error:?}"),
        Ok(store) => {
            assert!(!bound, "a file that may not be written was opened");
            store.append(next("a", 2)).await.unwrap();
        }
    }
}
