//! Beginning an execution.

use anyhow::{Result, ensure};

use super::StoreSetup;
use super::fixture::{ADA, NOW, begin, ended, event, is_lost, load, new, next, same, store};
use crate::store::{Created, Execution, ExecutionStatus, NewExecution, Store};

pub(super) async fn what_was_created_is_loaded_and_has_its_events<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    let first = NewExecution { events: vec![event("begun", ""), event("intent", "reserve")].into(), ..new("a") };
    let created = begin(&store, first).await?;
    let expected = Execution {
        id: "a".to_owned(),
        workflow: "order".to_owned(),
        version: 3,
        fingerprint: "f00d".to_owned(),
        status: ExecutionStatus::Running,
        run: 1,
        input: r#"{"item":"tea"}"#.to_owned(),
        owner: Some(ADA.to_owned()),
        revision: created.revision,
        due: None,
        retries: None,
        result: None,
        error: None,
        created: NOW,
        updated: NOW,
        ended: None,
    };
    same("what `load` answers", created, expected)?;
    let journal = store.history("a", 1).await?;
    let seen: Vec<_> = journal.iter().map(|event| (event.seq, event.at, event.kind.as_str(), &*event.path)).collect();
    same("the journal", seen, vec![(1, NOW, "begun", ""), (2, NOW, "intent", "reserve")])
}

pub(super) async fn an_id_has_one_execution<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    let first = begin(&store, new("a")).await?;
    let second = NewExecution { input: "2".to_owned(), workflow: "refund".into(), at: NOW + 9, ..new("a") };
    same("the second creation", store.create(second).await?, Created::Exists(Box::new(first.clone())))?;
    same("the execution", load(&store, "a").await?, first)?;
    same("events in the journal", store.history("a", 1).await?.len(), 1)
}

pub(super) async fn a_further_run_keeps_the_journal_of_the_first<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    let first = ended(&store, "a", NOW + 10).await?;
    let again = NewExecution { replaces: Some(first.revision), input: "2".to_owned(), at: NOW + 20, ..new("a") };
    let second = begin(&store, again).await?;
    same("the number of the run", second.run, 2)?;
    ensure!(second.revision > first.revision, "the revision did not grow: {} and {}", first.revision, second.revision);
    same("the execution", &load(&store, "a").await?, &second)?;
    same("the input", second.input.as_str(), "2")?;
    same("the result", &second.result, &None)?;
    same("when it ended", second.ended, None)?;
    same("when it was created", second.created, NOW + 20)?;
    same("events of the first run", store.history("a", 1).await?.len(), 2)?;
    same("events of the second run", store.history("a", 2).await?.len(), 1)?;
    store.append(next(&second)).await?;
    let second_run = store.history("a", 2).await?;
    same("places in the second journal", second_run.iter().map(|event| event.seq).collect(), vec![1, 2])?;
    same("events of the first run, later", store.history("a", 1).await?.len(), 2)
}

pub(super) async fn only_an_ended_execution_is_replaced<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    let running = begin(&store, new("a")).await?;
    let replace = |id: &str, revision| NewExecution { replaces: Some(revision), ..new(id) };
    let answer = store.create(replace("a", running.revision)).await;
    is_lost("a further run of one that still runs", answer.map(drop))?;
    is_lost("a further run of one that is not there", store.create(replace("b", 1)).await.map(drop))?;
    same("what is not there", store.load("b").await?, None)?;
    let over = ended(&store, "c", NOW + 10).await?;
    let answer = store.create(replace("c", over.revision - 1)).await;
    is_lost("a further run of an earlier revision", answer.map(drop))?;
    same("the execution", load(&store, "c").await?, over)
}

pub(super) async fn what_is_not_there_is_not_found<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    same("the execution", store.load("a").await?, None)?;
    same("the journal", store.history("a", 1).await?, Vec::new())?;
    same("the inbox", store.inbox("a").await?, Vec::new())?;
    same("what can be taken", store.take("a", ADA, NOW).await?, None)?;
    begin(&store, new("a")).await?;
    same("the journal of a run that never was", store.history("a", 2).await?, Vec::new())
}
