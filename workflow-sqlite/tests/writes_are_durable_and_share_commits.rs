//! One wait for the disk for each write that is alone, and one for many that come together.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::sync::Arc;

use support::{Place, new, next};
use tokio::task::JoinSet;
use workflow_runtime::store::Store;

#[tokio::test]
async fn one_append_at_a_time_is_one_commit_each() {
    let place = Place::new();
    let store = place.open().await.unwrap();
    store.create(new("a")).await.unwrap();
    let before = store.commits();
    for revision in 1..=50 {
        store.append(next("a", revision)).await.unwrap();
    }
    assert_eq!(store.commits() - before, 50);
}

#[tokio::test]
async fn what_changes_nothing_is_no_commit() {
    let place = Place::new();
    let store = place.open().await.unwrap();
    store.create(new("a")).await.unwrap();
    let before = store.commits();
    assert!(store.append(next("a", 7)).await.unwrap_err().is_lost());
    store.load("a").await.unwrap();
    store.remove_schedule("none").await.unwrap();
    assert_eq!(store.commits() - before, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_appends_at_once_share_commits() {
    let place = Place::new();
    let store = Arc::new(place.open().await.unwrap());
    for index in 0..200 {
        store.create(new(&format!("e{index}"))).await.unwrap();
    }
    let before = store.commits();
    let mut tasks = JoinSet::new();
    for index in 0..200 {
        let store = Arc::clone(&store);
        tasks.spawn(async move {
            for revision in 1..=5 {
                store.append(next(&format!("e{index}"), revision)).await.unwrap();
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    let commits = store.commits() - before;
    assert!((5..=250).contains(&commits), "1000 appends of 200 executions at once took {commits} commits");
    for index in 0..200 {
        assert_eq!(store.history(&format!("e{index}"), 1).await.unwrap().len(), 6);
    }
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_the_store_was_dropped() {
    let place = Place::new();
    let store = place.open().await.unwrap();
    store.create(new("a")).await.unwrap();
    store.append(next("a", 1)).await.unwrap();
    let (before, journal) = (store.load("a").await.unwrap(), store.history("a", 1).await.unwrap());
    drop(store);
    assert!(!place.file().with_extension("db-wal").exists(), "the file was not closed");
    let store = place.open().await.unwrap();
    assert_eq!(store.load("a").await.unwrap(), before);
    assert_eq!(store.history("a", 1).await.unwrap(), journal);
    store.append(next("a", 2)).await.unwrap();
}

#[tokio::test]
async fn what_was_asked_for_before_the_drop_is_written() {
    let place = Place::new();
    let store = place.open().await.unwrap();
    store.create(new("a")).await.unwrap();
    {
        // Asked for, and not waited for.
        let mut asked = Box::pin(store.append(next("a", 1)));
        assert!(futures_poll(asked.as_mut()).is_none());
    }
    drop(store);
    let store = place.open().await.unwrap();
    assert_eq!(store.history("a", 1).await.unwrap().len(), 2);
}

/// Polls a future once.
fn futures_poll<T>(future: std::pin::Pin<&mut (impl Future<Output = T> + ?Sized)>) -> Option<T> {
    match future.poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
        std::task::Poll::Ready(answer) => Some(answer),
        std::task::Poll::Pending => None,
    }
}
