//! Events on their way to subscribers.

use anyhow::{Result, ensure};

use super::StoreSetup;
use super::fixture::{ADA, BOB, LEASE, NOW, begin, is_lost, load, new, next, same, store};
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
    same("the position at first", store.subscribe("mailer", ADA, NOW).await?, Some(0))?;
    let two = store.outbox(0, 2).await?;
    let seen = two.last().map_or(0, |event| event.position);
    same("the acknowledgement", store.acknowledge("mailer", ADA, seen).await?, true)?;
    same("the position", store.position("mailer").await?, seen)?;
    same("the position of nobody", store.position("audit").await?, 0)?;
    same("where it goes on", store.subscribe("mailer", ADA, NOW).await?, Some(seen))?;
    same("where another begins", store.subscribe("audit", BOB, NOW).await?, Some(0))?;
    same("what is new", names(&store.outbox(seen, 10).await?), "three".to_owned())
}

pub(super) async fn a_position_never_moves_back<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    store.subscribe("mailer", ADA, NOW).await?;
    store.acknowledge("mailer", ADA, 5).await?;
    store.acknowledge("mailer", ADA, 3).await?;
    same("the position", store.position("mailer").await?, 5)
}

pub(super) async fn one_owner_delivers_to_a_subscriber<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    same("an acknowledgement by nobody", store.acknowledge("mailer", BOB, 3).await?, false)?;
    store.subscribe("mailer", ADA, NOW).await?;
    same("another owner", store.subscribe("mailer", BOB, NOW).await?, None)?;
    same("its acknowledgement", store.acknowledge("mailer", BOB, 3).await?, false)?;
    same("the first owner's", store.acknowledge("mailer", ADA, 2).await?, true)?;
    same("another owner, after the lease", store.subscribe("mailer", BOB, LEASE).await?, Some(2))?;
    same("an acknowledgement by the first one", store.acknowledge("mailer", ADA, 5).await?, false)?;
    store.retire(BOB).await?;
    same("the first owner, once the other one is gone", store.subscribe("mailer", ADA, NOW).await?, Some(2))
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
