//! A file that is not as it should be: a clear error, and nothing changed.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::fs;

use support::{Place, filled, new, next};
use workflow_runtime::store::{Claim, Filter, Store, StoreError};

/// Changes the file behind the store's back.
async fn damaged(sql: &str) -> Place {
    let place = Place::new();
    filled(&place).await;
    let shell = place.shell();
    shell.execute_batch("PRAGMA ignore_check_constraints = ON").unwrap();
    shell.execute_batch(sql).unwrap();
    place
}

fn is_corrupt<T: std::fmt::Debug>(answer: Result<T, StoreError>, mentions: &str) {
    let error = answer.unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
    assert!(!error.is_transient());
    assert!(error.to_string().contains(mentions), "`{error}` does not mention `{mentions}`");
}

#[tokio::test]
async fn an_unknown_status() {
    let place = damaged("UPDATE executions SET status = 'dreaming'").await;
    let store = place.open().await.unwrap();
    is_corrupt(store.load("a").await, "execution `a`");
    is_corrupt(store.take("a", "bob", i64::MAX).await, "execution `a`");
    is_corrupt(store.create(new("a")).await, "execution `a`");
    store.create(new("b")).await.unwrap();
}

#[tokio::test]
async fn a_missing_input() {
    let place = damaged("DELETE FROM payloads").await;
    is_corrupt(place.open().await.unwrap().load("a").await, "execution `a`");
}

#[tokio::test]
async fn a_number_that_cannot_be() {
    let place = damaged("UPDATE executions SET run = -1").await;
    is_corrupt(place.open().await.unwrap().load("a").await, "execution `a`");
}

#[tokio::test]
async fn a_hole_in_the_journal() {
    let place = damaged("DELETE FROM journal WHERE seq = 1").await;
    is_corrupt(place.open().await.unwrap().history("a", 1).await, "the journal of execution `a`");
}

#[tokio::test]
async fn the_end_of_the_journal_is_missing() {
    let place = Place::new();
    filled(&place).await;
    // The row is written where an execution changes hands, waits or ends, and says how long the journal was by then.
    place.open().await.unwrap().take("a", "ada", 0).await.unwrap();
    place.shell().execute_batch("DELETE FROM journal WHERE seq = 2").unwrap();
    is_corrupt(place.open().await.unwrap().history("a", 1).await, "the journal of execution `a`");
}

#[tokio::test]
async fn a_journal_that_is_not_of_our_making() {
    for text in ["[[1]]", "[[\"done\",\"a\"]]", "{}", "[[\"done\",\"a\",7]"] {
        let place = damaged(&format!("UPDATE journal SET events = '{text}' WHERE seq = 2")).await;
        is_corrupt(place.open().await.unwrap().history("a", 1).await, "the journal of execution `a`");
    }
}

#[tokio::test]
async fn a_damaged_neighbour_does_not_stop_the_others() {
    let place = Place::new();
    filled(&place).await;
    place.open().await.unwrap().create(new("b")).await.unwrap();
    place.shell().execute_batch("UPDATE executions SET run = -1 WHERE id = 'a'").unwrap();
    let store = place.open().await.unwrap();
    let (bad, good) = tokio::join!(store.take("a", "bob", i64::MAX), store.append(next("b", 1)));
    is_corrupt(bad, "execution `a`");
    good.unwrap();
    assert_eq!(store.history("b", 1).await.unwrap().len(), 2);
    let owner: String =
        place.shell().query_row("SELECT owner FROM executions WHERE id = 'a'", [], |row| row.get(0)).unwrap();
    assert_eq!(owner, "ada", "the damaged execution was touched");
}

#[tokio::test]
async fn a_damaged_execution_does_not_keep_others_from_being_claimed() {
    let place = Place::new();
    filled(&place).await;
    place.open().await.unwrap().create(new("b")).await.unwrap();
    place.shell().execute_batch("UPDATE executions SET run = -1 WHERE id = 'a'").unwrap();
    let store = place.open().await.unwrap();
    let claim = Claim {
        owner: "bob".to_owned(),
        now: 5_000,
        workflows: [("order".to_owned(), [1].into())].into(),
        others_by: 5_000,
        limit: 10,
    };
    let claimed = store.claim(claim).await.unwrap();
    assert_eq!(claimed.executions.iter().map(|execution| execution.id.as_str()).collect::<Vec<_>>(), ["b"]);
    is_corrupt(store.load("a").await, "execution `a`");
}

/// Of five, two cannot be read, one of them not even its id; whatever the length of a page, each is there once.
#[tokio::test]
async fn a_list_has_all_others_and_names_what_cannot_be_read() {
    let place = Place::new();
    filled(&place).await;
    for id in ["b", "c", "d", "e"] {
        place.open().await.unwrap().create(new(id)).await.unwrap();
    }
    let shell = place.shell();
    shell.execute_batch("UPDATE executions SET run = -1 WHERE id = 'b'").unwrap();
    shell.execute_batch("UPDATE executions SET id = CAST(x'63ff' AS TEXT) WHERE id = 'c'").unwrap();
    let store = place.open().await.unwrap();
    for limit in 1..=6 {
        let (mut readable, mut damaged) = (Vec::new(), Vec::new());
        let mut filter = Filter { limit, ..Filter::default() };
        loop {
            let page = store.list(filter.clone()).await.unwrap();
            assert!(page.executions.len() + page.damaged.len() <= limit);
            readable.extend(page.executions.into_iter().map(|found| found.id));
            damaged.extend(page.damaged.into_iter().map(|row| StoreError::from(row).to_string()));
            match page.next {
                Some(next) => filter.after = Some(next),
                None => break,
            }
        }
        assert_eq!(readable, ["e", "d", "a"], "{limit} on a page");
        assert!(damaged[0].contains("execution `c`") && damaged[0].contains("`id` is no text"), "{damaged:?}");
        assert!(damaged[1].contains("execution `b`") && damaged[1].contains("`run` has the value `-1`"), "{damaged:?}");
        assert_eq!(damaged.len(), 2, "{limit} on a page");
    }
}

#[tokio::test]
async fn a_truncated_file() {
    let place = Place::new();
    filled(&place).await;
    let whole = fs::read(place.file()).unwrap();
    for pages in [1, 2, whole.len() / 4096 - 1] {
        fs::write(place.file(), whole.get(..pages * 4096).unwrap()).unwrap();
        let place_name = place.file().display().to_string();
        match place.open().await {
            Err(error) => is_corrupt(Err::<(), _>(error), &place_name),
            Ok(store) => is_corrupt(store.load("a").await, &place_name),
        }
    }
}

#[tokio::test]
async fn a_file_that_is_no_database() {
    let place = Place::new();
    let text = "this is a letter, and a long one; ".repeat(200);
    fs::write(place.file(), &text).unwrap();
    is_corrupt(place.open().await.map(drop), "it is not a SQLite database");
    assert_eq!(fs::read_to_string(place.file()).unwrap(), text);
}
