//! A step writes a row of the journal and leaves that of its execution; whoever looks sees both as one.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use support::{Place, done, new, next};
use workflow_runtime::store::{Append, Claim, Created, ExecutionStatus, Filter, Store};
use workflow_sqlite::SqliteStore;

async fn at_revision(place: &Place, id: &str, revision: u64) -> SqliteStore {
    let store = place.open().await.unwrap();
    store.renew("ada", 10_000).await.unwrap();
    store.create(new(id)).await.unwrap();
    for before in 1..revision {
        store.append(next(id, before)).await.unwrap();
    }
    store
}

fn stored_revision(place: &Place, id: &str) -> i64 {
    place.shell().query_row("SELECT revision FROM executions WHERE id = ?1", [id], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn a_step_leaves_the_row_and_is_seen_all_the_same() {
    let place = Place::new();
    let store = at_revision(&place, "a", 5).await;
    assert_eq!(stored_revision(&place, "a"), 1);
    let found = store.load("a").await.unwrap().unwrap();
    assert_eq!((found.revision, found.updated), (5, 2_000));
    let listed = store.list(Filter::default()).await.unwrap().executions.remove(0);
    assert_eq!(listed.updated, 2_000);
    assert_eq!(store.history("a", 1).await.unwrap().len(), 5);
}

#[tokio::test]
async fn rows_catch_up_when_they_change_hands() {
    let place = Place::new();
    let store = at_revision(&place, "a", 4).await;
    store.retire("ada").await.unwrap();
    let retired = store.load("a").await.unwrap().unwrap();
    assert_eq!((retired.revision, retired.updated, stored_revision(&place, "a")), (5, 2_000, 5));
    assert!(store.append(next("a", 4)).await.unwrap_err().is_lost());
    let claim = Claim {
        owner: "bob".to_owned(),
        now: 5_000,
        workflows: [("order".to_owned(), [1].into())].into(),
        others_by: 5_000,
        limit: 10,
    };
    assert_eq!(store.claim(claim).await.unwrap().executions.remove(0).revision, 6);
    store.append(Append { owner: "bob".into(), ..next("a", 6) }).await.unwrap();
    assert_eq!(store.history("a", 1).await.unwrap().len(), 5);
}

#[tokio::test]
async fn what_another_store_has_written_is_not_overlooked() {
    let place = Place::new();
    let ours = at_revision(&place, "a", 3).await;
    let theirs = place.open().await.unwrap();
    let taken = theirs.take("a", "bob", 20_000).await.unwrap().unwrap();
    assert_eq!(taken.revision, 4);
    assert!(ours.append(next("a", 3)).await.unwrap_err().is_lost());
    assert!(ours.append(next("a", 4)).await.unwrap_err().is_lost());
    theirs.append(Append { owner: "bob".into(), ..next("a", 4) }).await.unwrap();
    let back = ours.take("a", "ada", 30_000).await.unwrap().unwrap();
    assert_eq!(back.revision, 6);
    ours.append(next("a", 6)).await.unwrap();
    assert_eq!(theirs.history("a", 1).await.unwrap().len(), 5);
    assert!(theirs.append(Append { owner: "bob".into(), ..next("a", 7) }).await.unwrap_err().is_lost());
}

#[tokio::test]
async fn a_write_that_fails_leaves_nothing_behind_in_memory() {
    let place = Place::new();
    let store = at_revision(&place, "a", 3).await;
    // The next write of the journal fails half-way.
    let shell = place.shell();
    shell.execute_batch("CREATE TRIGGER no BEFORE INSERT ON payloads BEGIN SELECT raise(ABORT, 'no'); END").unwrap();
    let ending = Append { status: ExecutionStatus::Completed, result: Some("1".to_owned()), ..next("a", 3) };
    assert!(!store.append(ending.clone()).await.unwrap_err().is_lost());
    shell.execute_batch("DROP TRIGGER no").unwrap();
    assert_eq!(store.load("a").await.unwrap().unwrap().revision, 3);
    store.append(ending).await.unwrap();
    assert_eq!(store.history("a", 1).await.unwrap().len(), 4);
}

#[tokio::test]
async fn the_view_of_the_journal_has_a_row_for_each_event() {
    let place = Place::new();
    let store = at_revision(&place, "a", 2).await;
    let mut two = next("a", 2);
    two.events = vec![done(), done()].into();
    store.append(two).await.unwrap();
    let shell = place.shell();
    let mut statement = shell.prepare("SELECT seq, kind, path, data FROM history WHERE id = 'a'").unwrap();
    let rows = statement.query_map([], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?, row.get::<_, String>(3)?))
    });
    let seen: Vec<_> = rows.unwrap().map(Result::unwrap).collect();
    let done = |seq| (seq, "done".to_owned(), "reserve".to_owned(), "7".to_owned());
    assert_eq!(seen, [(1, "begun".to_owned(), String::new(), "{}".to_owned()), done(2), done(3), done(4)]);
}

/// Its number is given again.
#[tokio::test]
async fn a_row_that_somebody_removed_leaves_nothing_to_the_next_execution() {
    let place = Place::new();
    let store = at_revision(&place, "a", 4).await;
    store
        .append(Append { status: ExecutionStatus::Completed, result: Some("7".into()), ..next("a", 4) })
        .await
        .unwrap();
    place.shell().execute_batch("DELETE FROM executions").unwrap();
    assert!(matches!(store.create(new("b")).await.unwrap(), Created::New { run: 1, revision: 1 }));
    let found = store.load("b").await.unwrap().unwrap();
    assert_eq!((found.revision, found.result), (1, None));
    assert_eq!(store.history("b", 1).await.unwrap().len(), 1);
    store.append(next("b", 1)).await.unwrap();
    store.create(new("c")).await.unwrap();
    assert_eq!(store.history("b", 1).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_number_that_nobody_gave_keeps_no_execution_from_beginning() {
    for number in [i64::MAX, 1 << 62, -7] {
        let place = Place::new();
        let store = at_revision(&place, "a", 2).await;
        place.shell().execute("UPDATE executions SET number = ?1", [number]).unwrap();
        assert!(store.load("a").await.is_err(), "{number}");
        for id in ["b", "c"] {
            assert!(matches!(store.create(new(id)).await.unwrap(), Created::New { .. }), "{id} after {number}");
            store.append(next(id, 1)).await.unwrap();
            assert!(store.load(id).await.unwrap().is_some(), "{id} after {number}");
            assert_eq!(store.history(id, 1).await.unwrap().len(), 2);
        }
        store.prune(i64::MAX, 10).await.unwrap();
    }
}
