//! Forgetting.

use anyhow::Result;

use super::StoreSetup;
use super::fixture::{ADA, NOW, begin, ended, ending, load, message, new, same, store, waiting};
use crate::store::{Append, Created, Filter, NewOutboxEvent, Sent, Store};

pub(super) async fn only_old_and_ended_executions_are_forgotten<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    ended(&store, "old", NOW + 10).await?;
    ended(&store, "young", NOW + 20).await?;
    ended(&store, "held", NOW + 10).await?;
    store.take("held", ADA, NOW + 15).await?;
    begin(&store, new("running")).await?;
    begin(&store, waiting("waiting", NOW)).await?;
    same("how many were forgotten", store.prune(NOW + 20, 10).await?, 1)?;
    let left = store.list(Filter::default()).await?.executions;
    let mut left: Vec<String> = left.into_iter().map(|summary| summary.id).collect();
    left.sort_unstable();
    same("what is left", left.join(" "), "held running waiting young".to_owned())?;
    same("how many are forgotten later", store.prune(NOW + 21, 10).await?, 1)
}

pub(super) async fn forgetting_takes_everything_with_it<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    begin(&store, new("a")).await?;
    store.send(message("m", "a")).await?;
    store.append(ending(&load(&store, "a").await?, NOW + 10)).await?;
    store.prune(NOW + 11, 10).await?;
    same("the execution", store.load("a").await?, None)?;
    same("the journal", store.history("a", 1).await?, Vec::new())?;
    same("the inbox", store.inbox("a").await?, Vec::new())?;
    let begun = store.create(new("a")).await?;
    same("whether the id is free again", matches!(begun, Created::New { run: 1, .. }), true)?;
    same("the journal of the new execution", store.history("a", 1).await?.len(), 1)?;
    same("a message with an id from before", store.send(message("m", "a")).await?, Sent::Delivered)?;
    same("the inbox of the new execution", store.inbox("a").await?.len(), 1)
}

pub(super) async fn forgetting_is_done_in_portions<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    for (id, at) in [("c", 3), ("a", 1), ("b", 2)] {
        ended(&store, id, NOW + at).await?;
    }
    same("the first portion", store.prune(NOW + 100, 2).await?, 2)?;
    same("what ended last", store.load("c").await?.is_some(), true)?;
    same("the second portion", store.prune(NOW + 100, 2).await?, 1)?;
    same("the third portion", store.prune(NOW + 100, 2).await?, 0)
}

pub(super) async fn released_events_stay_until_every_subscriber_has_seen_them<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    let execution = begin(&store, new("a")).await?;
    let release = |name: &str| NewOutboxEvent { name: name.to_owned(), data: "1".to_owned() };
    let outbox = vec![release("one"), release("two")];
    store.append(Append { outbox, ..ending(&execution, NOW + 10) }).await?;
    let events = store.outbox(0, 10).await?;
    let (first, last) = match events.as_slice() {
        [first, last] => (first.position, last.position),
        others => anyhow::bail!("released two events and found {others:?}"),
    };
    for subscriber in ["fast", "slow", "new"] {
        store.subscribe(subscriber, ADA, NOW).await?;
    }
    store.acknowledge("fast", ADA, last).await?;
    store.acknowledge("slow", ADA, first).await?;
    store.prune(NOW + 10, 10).await?;
    same("events that are not old", store.outbox(0, 10).await?.len(), 2)?;
    store.prune(NOW + 11, 10).await?;
    same("events that a subscriber who begins has not seen", store.outbox(0, 10).await?.len(), 2)?;
    store.acknowledge("new", ADA, last).await?;
    store.prune(NOW + 11, 10).await?;
    let left = store.outbox(0, 10).await?;
    same("events left", left.iter().map(|event| event.position).collect(), vec![last])?;
    store.acknowledge("slow", ADA, last).await?;
    store.prune(NOW + 11, 10).await?;
    same("events left in the end", store.outbox(0, 10).await?, Vec::new())?;
    let execution = begin(&store, new("b")).await?;
    store.append(Append { outbox: vec![release("three")], ..ending(&execution, NOW + 20) }).await?;
    let news = store.outbox(last, 10).await?;
    same("events after the last position", news.len(), 1)
}
