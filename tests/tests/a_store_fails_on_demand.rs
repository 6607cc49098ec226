//! `FaultStore` does exactly what it is told.
#![allow(missing_docs, clippy::unwrap_used)]

use futures_util::FutureExt;
use workflow_runtime::store::{MemoryStore, Schedule, Store};
use workflow_runtime::testing::{Fault, FaultStore};

fn schedule(name: &str) -> Schedule {
    Schedule { name: name.to_owned(), data: "1".to_owned(), next: None, revision: 0 }
}

async fn names(store: &impl Store) -> String {
    store.schedules().await.unwrap().readable.into_iter().map(|schedule| schedule.name).collect()
}

#[tokio::test]
async fn it_stops_before_a_write() {
    let store = FaultStore::new(MemoryStore::new());
    store.inject(Fault::StopBefore(2));
    assert_eq!(store.put_schedule(schedule("a"), None).await.ok(), Some(true));
    assert!(store.stopped().now_or_never().is_none());
    assert!(store.put_schedule(schedule("b"), None).now_or_never().is_none(), "it answered");
    store.stopped().await;
    assert!(store.schedules().now_or_never().is_none(), "it can still be read");
    assert_eq!(names(store.inner()).await, "a");
}

#[tokio::test]
async fn it_stops_after_a_write() {
    let store = FaultStore::new(MemoryStore::new());
    store.inject(Fault::StopAfter(1));
    assert!(store.clone().put_schedule(schedule("a"), None).now_or_never().is_none(), "it answered");
    store.stopped().await;
    assert!(store.put_schedule(schedule("b"), None).now_or_never().is_none(), "it goes on");
    assert_eq!(names(store.inner()).await, "a");
}

#[tokio::test]
async fn it_fails_for_a_while() {
    let store = FaultStore::new(MemoryStore::new());
    store.inject(Fault::FailBefore(1..3));
    assert!(store.put_schedule(schedule("a"), None).await.unwrap_err().is_transient());
    assert!(store.put_schedule(schedule("b"), None).await.is_err());
    assert!(store.put_schedule(schedule("c"), None).await.is_ok());
    assert_eq!((names(&store).await, store.writes()), ("c".to_owned(), 3));
    store.inject(Fault::FailAfter(4..5));
    assert!(store.put_schedule(schedule("d"), None).await.is_err());
    assert_eq!(names(&store).await, "cd");
    store.inject(Fault::Down);
    assert!(store.schedules().await.is_err());
    store.heal();
    assert_eq!(names(&store).await, "cd");
}
