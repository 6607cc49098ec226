//! Many at once.

use std::future::Future;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use tokio::task::JoinSet;

use super::StoreSetup;
use super::fixture::{ADA, BOB, NOW, begin, claim, event, load, message, new, next, same, store, waiting};
use crate::store::{Append, Claim, Created, NewExecution, Store, StoreError};

/// Runs many futures at once, on as many threads as the runtime has.
async fn at_once<T, F>(futures: impl IntoIterator<Item = F>) -> Result<Vec<T>>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    futures.into_iter().for_each(|future| drop(tasks.spawn(future)));
    let mut answers = Vec::new();
    while let Some(answer) = tasks.join_next().await {
        answers.push(answer.context("the store panicked")?);
    }
    Ok(answers)
}

pub(super) async fn of_many_creations_one_wins<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = Arc::new(store(setup).await?);
    let creations = (0..40).map(|index| {
        let store = Arc::clone(&store);
        async move { (index, store.create(NewExecution { input: index.to_string(), ..new("a") }).await) }
    });
    let mut winners = Vec::new();
    for (index, answer) in at_once(creations).await? {
        if let Created::New { .. } = answer? {
            winners.push(index.to_string());
        }
    }
    same("how many won", winners.len(), 1)?;
    same("the input", Some(load(&*store, "a").await?.input), winners.pop())
}

pub(super) async fn of_many_appends_at_one_revision_one_wins<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = Arc::new(store(setup).await?);
    let execution = begin(&*store, new("a")).await?;
    let appends = (0..40).map(|index| {
        let store = Arc::clone(&store);
        let append = Append { events: vec![event("done", &format!("step {index}"))].into(), ..next(&execution) };
        async move { store.append(append).await }
    });
    let mut won = 0;
    for answer in at_once(appends).await? {
        match answer {
            Ok(()) => won += 1,
            Err(StoreError::Lost { .. }) => {}
            Err(other) => return Err(other.into()),
        }
    }
    same("how many won", won, 1)?;
    same("events in the journal", store.history("a", 1).await?.len(), 2)?;
    same("the revision", load(&*store, "a").await?.revision, execution.revision + 1)
}

pub(super) async fn many_claims_share_the_work<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = Arc::new(store(setup).await?);
    for index in 0..60 {
        begin(&*store, waiting(&format!("e{index:02}"), NOW)).await?;
    }
    let claims = (0..30).map(|index| {
        let store = Arc::clone(&store);
        let owner = if index % 2 == 0 { ADA } else { BOB };
        async move { store.claim(Claim { limit: 3, ..claim(owner, NOW) }).await }
    });
    let mut ids = Vec::new();
    for answer in at_once(claims).await? {
        ids.extend(answer?.executions.into_iter().map(|execution| execution.id));
    }
    ids.sort_unstable();
    same("how many were claimed", ids.len(), 60)?;
    ids.dedup();
    same("how many different ones were claimed", ids.len(), 60)
}

pub(super) async fn many_executions_at_once_lose_nothing<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = Arc::new(store(setup).await?);
    let executions = (0..30).map(|index| {
        let store = Arc::clone(&store);
        async move {
            let id = format!("e{index:02}");
            let mut execution = begin(&*store, new(&id)).await?;
            for step in 0..10 {
                let events = vec![event("done", &format!("{id}/{step}"))];
                store.append(Append { events: events.into(), ..next(&execution) }).await?;
                execution.revision += 1;
            }
            anyhow::Ok((id, execution.revision))
        }
    });
    for answer in at_once(executions).await? {
        let (id, revision) = answer?;
        same("the revision", load(&*store, &id).await?.revision, revision)?;
        let journal = store.history(&id, 1).await?;
        let steps: Vec<_> = journal.into_iter().skip(1).map(|event| (event.seq, event.path)).collect();
        let expected: Vec<_> = (0..10).map(|step| (step + 2, format!("{id}/{step}"))).collect();
        same("the journal", steps, expected)?;
    }
    Ok(())
}

pub(super) async fn the_same_message_from_many_arrives_once<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = Arc::new(store(setup).await?);
    begin(&*store, new("a")).await?;
    let sends = (0..40).map(|_| {
        let store = Arc::clone(&store);
        async move { store.send(message("m", "a")).await }
    });
    for answer in at_once(sends).await? {
        answer?;
    }
    same("messages in the inbox", store.inbox("a").await?.len(), 1)
}

pub(super) async fn what_one_wrote_another_reads<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    let Some(other) = setup.again(&store).await else { return Ok(()) };
    let execution = begin(&store, new("a")).await?;
    same("the execution", load(&other, "a").await?, execution.clone())?;
    other.send(message("m", "a")).await?;
    same("the inbox", store.inbox("a").await?.len(), 1)?;
    same("the owner's mail", store.mail(ADA).await?.len(), 1)?;
    store.append(Append { release: true, due: Some(NOW), ..next(&execution) }).await?;
    let found = other.claim(claim(BOB, NOW + 50)).await?.executions;
    ensure!(found.len() == 1, "the other found {found:?} to claim");
    let found = store.claim(claim(ADA, NOW + 50)).await?.executions;
    ensure!(found.is_empty(), "what the other had claimed was claimed again: {found:?}");
    same("events in the journal", store.history("a", 1).await?, other.history("a", 1).await?)
}
