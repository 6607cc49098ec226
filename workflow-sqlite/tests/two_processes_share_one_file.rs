//! A second process on the same file: they share the work, and one takes over at once what the other left when it
//! was killed.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use support::{Place, new, next};
use workflow_runtime::store::*;
use workflow_sqlite::SqliteStore;

/// Set for the second process: the file.
const FILE: &str = "WORKFLOW_SQLITE_TEST_FILE";

fn claim(owner: &str, now: i64, limit: usize) -> Claim {
    Claim { owner: owner.to_owned(), now, workflows: [("order".to_owned(), [1].into())].into(), others_by: now, limit }
}

/// Everything that can be claimed until there is nothing more; each is carried one event further.
async fn work(store: &SqliteStore, owner: &str, now: i64) -> usize {
    let mut count = 0;
    loop {
        let claimed = store.claim(claim(owner, now, 5)).await.unwrap().executions;
        if claimed.is_empty() {
            return count;
        }
        for execution in claimed {
            let append = Append { owner: owner.into(), ..next(&execution.id, execution.revision) };
            store.append(append).await.unwrap();
            count += 1;
        }
    }
}

async fn one_of(store: &SqliteStore, owner: &str) -> String {
    let all = store.list(Filter { limit: 200, ..Filter::default() }).await.unwrap().executions;
    all.into_iter().find(|execution| execution.owner.as_deref() == Some(owner)).unwrap().id
}

fn lock_files(place: &Place) -> usize {
    let names = std::fs::read_dir(place.file().parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name());
    names.filter(|name| name.to_string_lossy().contains("-owner-")).count()
}

/// What the second process does. In the first one, where the variable is not set, there is nothing to do.
#[tokio::test]
async fn as_the_second_process() {
    let Some(file) = std::env::var_os(FILE).map(PathBuf::from) else { return };
    let store = SqliteStore::open(file).await.unwrap();
    store.renew("bob", 10_000).await.unwrap();
    work(&store, "bob", 1_000).await;
    store
        .put_schedule(Schedule { name: "done".to_owned(), data: "1".to_owned(), next: None, revision: 0 }, None)
        .await
        .unwrap();
    // Until it is killed.
    tokio::time::sleep(Duration::from_secs(60)).await;
}

#[tokio::test]
async fn they_share_the_work_and_one_takes_over_from_the_other() {
    let place = Place::new();
    let store = place.open().await.unwrap();
    for index in 0..200 {
        let waiting = ExecutionStatus::Waiting;
        let new = NewExecution { owner: None, due: Some(0), status: waiting, ..new(&format!("e{index}")) };
        store.create(new).await.unwrap();
    }
    store.renew("ada", 20_000).await.unwrap();
    let mut other = Command::new(std::env::current_exe().unwrap())
        .args(["as_the_second_process", "--exact"])
        .env(FILE, place.file())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let started = Instant::now();
    let mut mine = 0;
    while store.schedules().await.unwrap().readable.is_empty() {
        assert!(started.elapsed() < Duration::from_secs(30), "the second process does not get on");
        // A few at a time, so that the other has its share.
        for execution in store.claim(claim("ada", 1_000, 1)).await.unwrap().executions {
            let append = Append { owner: "ada".into(), ..next(&execution.id, execution.revision) };
            store.append(append).await.unwrap();
            mine += 1;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert!((0..200).contains(&mine), "the second process did nothing");
    assert_eq!(work(&store, "ada", 9_999).await, 0, "what the other holds was taken while it lives and has its lease");
    assert_eq!(lock_files(&place), 2, "each shows that it lives");
    let theirs = one_of(&store, "bob").await;
    assert_eq!(store.take(&theirs, "ada", 1_000).await.unwrap(), None);
    other.kill().unwrap();
    other.wait().unwrap();
    assert!(store.take(&theirs, "ada", 1_000).await.unwrap().is_some(), "a lease does not outlive its process");
    assert_eq!(work(&store, "ada", 1_000).await, 200 - mine - 1);
    assert_eq!(work(&store, "ada", 1_000).await, 0);
    assert_eq!(lock_files(&place), 1, "who is dead and holds nothing is forgotten");
    for index in 0..200 {
        let events = store.history(&format!("e{index}"), 1).await.unwrap().len();
        let run = store.load(&format!("e{index}")).await.unwrap().unwrap();
        assert_eq!(run.owner.as_deref(), Some("ada"));
        assert!((2..=3).contains(&events), "e{index} has {events} events");
    }
}
