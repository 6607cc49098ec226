//! Events on their way to subscribers.

use anyhow::{Result, ensure};

use super::StoreSetup;
use super::fixture::{NOW, begin, is_lost, load, new, next, same, store};
use crate::store::{Append, NewOutboxEvent, OutboxEvent, Store};

fn release(name: &str) -> NewOutboxEvent {
    NewOutboxEvent { name: name.to_owned(), data: format!("\"{name}\"") }
}

fn names(events: &[OutboxEvent]) -> String {
    events.iter().map(|event| event.name.as_str()).collect::<Vec<_>>().join(" ")
}

/// Two executions that release `one two` and `three`.
async fn three(store: &impl Store) -> Result<()> {
    let (a, b) = (begin(store, new("a")).await?, begin(store, new("b")).await?);
    store.append(Append { outbox: vec![release("one"), release("two")], ..next(&b) }).await?;
    store.append(Append { outbox: vec![release("three")], ..next(&a) }).await?;
    Ok(())
}

pub(super) async fn released_events_are_read_in_order<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    three(&store).await?;
    let events = store.outbox(0, 10).await?;
    same("the events", names(&events), "one two three".to_owned())?;
    ensure!(events.is_sorted_by(|a, b| a.position < b.position), "positions do not grow: {events:?}");
    let Some(first) = events.first() else { anyhow::bail!("no events") };
    let expected = OutboxEvent {
        position: first.position,
        execution: "b".to_owned(),
        name: "one".to_owned(),
        data: "\"one\"".to_owned(),
        at: NOW + 10,
    };
    same("the first event", first, &expected)?;
    same("two of them", names(&store.outbox(0, 2).await?), "one two".to_owned())?;
    same("those after the first", names(&store.outbox(first.position, 10).await?), "two three".to_owned())
}

pub(super) async fn a_subscriber_goes_on_where_it_was<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    three(&store).await?;
    same("the position at first", store.position("mailer").await?, 0)?;
    let two = store.outbox(0, 2).await?;
    let seen = two.last().map_or(0, |event| event.position);
    store.acknowledge("mailer", seen).await?;
    same("the position", store.position("mailer").await?, seen)?;
    same("the position of another", store.position("audit").await?, 0)?;
    same("what is new", names(&store.outbox(seen, 10).await?), "three".to_owned())
}

pub(super) async fn a_position_never_moves_back<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    store.acknowledge("mailer", 5).await?;
    store.acknowledge("mailer", 3).await?;
    same("the position", store.position("mailer").await?, 5)
}

pub(super) async fn a_lost_append_releases_nothing<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    let execution = begin(&store, new("a")).await?;
    let append = Append { outbox: vec![release("one")], ..next(&execution) };
    store.append(append.clone()).await?;
    is_lost("the repeated append", store.append(append).await)?;
    let after = load(&store, "a").await?;
    store.append(Append { outbox: vec![release("two")], ..next(&after) }).await?;
    same("the events", names(&store.outbox(0, 10).await?), "one two".to_owned())
}
