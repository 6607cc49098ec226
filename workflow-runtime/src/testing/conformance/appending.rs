//! The one write of a step.

use anyhow::Result;

use super::StoreSetup;
use super::fixture::{ADA, BOB, NOW, begin, ending, event, is_lost, load, message, new, next, same, store};
use crate::store::{Append, Events, Execution, ExecutionStatus, NewOutboxEvent, Store};

pub(super) async fn an_append_changes_everything_that_it_carries<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    let before = begin(&store, new("a")).await?;
    let append = Append {
        events: vec![event("done", "reserve"), event("intent", "charge")].into(),
        status: ExecutionStatus::Compensating,
        due: Some(NOW + 77),
        retries: Some("[1]".to_owned()),
        result: Some("2".to_owned()),
        error: Some("\"declined\"".to_owned()),
        ..next(&before)
    };
    store.append(append).await?;
    let expected = Execution {
        status: ExecutionStatus::Compensating,
        revision: before.revision + 1,
        due: Some(NOW + 77),
        retries: Some("[1]".to_owned()),
        result: Some("2".to_owned()),
        error: Some("\"declined\"".to_owned()),
        updated: NOW + 10,
        ..before
    };
    same("the execution", load(&store, "a").await?, expected)?;
    let journal = store.history("a", 1).await?;
    let seen: Vec<_> = journal.iter().map(|event| (event.seq, event.at, event.kind.as_str(), &*event.path)).collect();
    let expected = vec![(1, NOW, "begun", ""), (2, NOW + 10, "done", "reserve"), (3, NOW + 10, "intent", "charge")];
    same("the journal", seen, expected)
}

pub(super) async fn an_append_of_another_owner_is_lost<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    let execution = begin(&store, new("a")).await?;
    is_lost("the append", store.append(Append { owner: BOB.into(), ..next(&execution) }).await)?;
    store.append(Append { release: true, ..next(&execution) }).await?;
    let stale = Append { revision: execution.revision + 1, ..next(&execution) };
    is_lost("the append of a former owner", store.append(stale).await)?;
    is_lost("an append to nothing", store.append(Append { id: "b".into(), ..next(&execution) }).await)
}

pub(super) async fn an_append_at_another_revision_is_lost<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    let execution = begin(&store, new("a")).await?;
    let early = Append { revision: execution.revision + 1, ..next(&execution) };
    is_lost("an append to a revision that is yet to come", store.append(early).await)?;
    store.append(next(&execution)).await?;
    is_lost("an append that was made already", store.append(next(&execution)).await)?;
    same("events in the journal", store.history("a", 1).await?.len(), 2)
}

pub(super) async fn a_lost_append_leaves_no_trace<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    let execution = begin(&store, new("a")).await?;
    store.send(message("m", "a")).await?;
    let before = (load(&store, "a").await?, store.history("a", 1).await?, store.inbox("a").await?);
    let release = NewOutboxEvent { name: "paid".to_owned(), data: "1".to_owned() };
    let lost = Append {
        owner: BOB.into(),
        consumed: vec!["m".to_owned()],
        outbox: vec![release],
        ..ending(&execution, NOW + 20)
    };
    is_lost("the append", store.append(lost).await)?;
    let after = (load(&store, "a").await?, store.history("a", 1).await?, store.inbox("a").await?);
    same("everything", after, before)?;
    same("the outbox", store.outbox(0, 10).await?, Vec::new())
}

pub(super) async fn a_failed_attempt_changes_the_row_and_not_the_journal<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    let mut execution = begin(&store, new("a")).await?;
    for attempt in 1..=50 {
        let retries = Some(format!(r#"{{"reserve":{{"attempt":{attempt}}}}}"#));
        store.append(Append { events: Events::default(), retries: retries.clone(), ..next(&execution) }).await?;
        execution = load(&store, "a").await?;
        same("what is being retried", &execution.retries, &retries)?;
    }
    same("events in the journal", store.history("a", 1).await?.len(), 1)?;
    store.append(next(&execution)).await?;
    same("what is being retried", load(&store, "a").await?.retries, None)
}

pub(super) async fn what_ends_belongs_to_nobody<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    for status in [ExecutionStatus::Completed, ExecutionStatus::Compensated, ExecutionStatus::Failed] {
        let id = status.as_str();
        let execution = begin(&store, new(id)).await?;
        store.append(Append { status, ..ending(&execution, NOW + 30) }).await?;
        let after = load(&store, id).await?;
        same("the owner", &after.owner, &None)?;
        same("when it ended", after.ended, Some(NOW + 30))?;
        let late = Append { revision: after.revision, ..next(&execution) };
        is_lost("an append after the end", store.append(late).await)?;
    }
    Ok(())
}

pub(super) async fn a_result_stays_until_it_is_replaced<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    let execution = begin(&store, new("a")).await?;
    store.append(ending(&execution, NOW + 10)).await?;
    let taken = store.take("a", ADA, NOW + 11).await?;
    let taken = taken.ok_or_else(|| anyhow::anyhow!("the completed execution could not be taken"))?;
    let undoing = Append { status: ExecutionStatus::Compensating, ..next(&taken) };
    store.append(undoing).await?;
    let after = load(&store, "a").await?;
    same("the result", after.result.as_deref(), Some("42"))?;
    same("when it ended", after.ended, None)?;
    store.append(Append { result: Some("43".to_owned()), ..next(&after) }).await?;
    same("the result", load(&store, "a").await?.result.as_deref(), Some("43"))
}
