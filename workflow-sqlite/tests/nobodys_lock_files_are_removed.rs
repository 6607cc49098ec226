//! A process that was killed before anybody heard of its owner leaves the file of a lock; whoever opens the store next
//! removes it, and no other.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::fs::{File, OpenOptions};
use std::time::{Duration, SystemTime};

use support::{Place, new};
use workflow_runtime::store::Store;

fn lock_file(place: &Place, owner: &str, age: Duration) -> File {
    let path = place.file().with_file_name(format!("executions.db-owner-{owner}"));
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(path).unwrap();
    file.set_modified(SystemTime::now() - age).unwrap();
    file
}

fn owners(place: &Place) -> Vec<String> {
    let entries = std::fs::read_dir(place.file().parent().unwrap()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut owners: Vec<String> =
        names.filter_map(|name| name.strip_prefix("executions.db-owner-").map(str::to_owned)).collect();
    owners.sort();
    owners
}

#[tokio::test]
async fn when_the_store_is_opened() {
    let place = Place::new();
    let store = place.open().await.unwrap();
    // `ada` has an execution, `bob` has said that it lives.
    store.create(new("a")).await.unwrap();
    store.renew("bob", 10_000).await.unwrap();
    drop(store);
    let hour = Duration::from_secs(3_600);
    for known in ["ada", "bob"] {
        drop(lock_file(&place, known, hour));
    }
    drop(lock_file(&place, "nobody", hour));
    drop(lock_file(&place, "beginner", Duration::ZERO));
    let alive = lock_file(&place, "alive", hour);
    alive.try_lock().unwrap();

    let store = place.open().await.unwrap();
    assert_eq!(owners(&place), ["ada", "alive", "beginner", "bob"]);
    assert!(store.load("a").await.unwrap().is_some());
    drop(alive);
    drop(store);
    drop(place.open().await.unwrap());
    assert_eq!(owners(&place), ["ada", "beginner", "bob"]);
}
