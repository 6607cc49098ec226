//! Delivering released events to subscribers: at least once, and in order.

use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use futures_util::FutureExt as _;
use tokio::time::Instant;

use crate::data::Data;
use crate::durable::patiently;
use crate::services::Container;
use crate::step::BoxFuture;
use crate::step::error::panicked;
use crate::store::{OutboxEvent, StoreError};
use crate::type_name;

use super::EngineBuilder;
use super::shared::Shared;

/// How many events are read at a time.
const BATCH: usize = 100;
/// How often is written down how far a subscriber has come, while it has events to take.
const OFTEN: Duration = Duration::from_millis(100);
/// How long a shutdown waits for a subscriber to be done with the event that it has.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a subscriber that failed is left alone, and how often is looked for events of other processes, or whether the
/// one that delivers to a subscriber still does.
const PAUSE: Duration = Duration::from_secs(1);

pub(super) type Deliver = Box<dyn Fn(&OutboxEvent) -> Option<BoxFuture<'static, anyhow::Result<()>>> + Send + Sync>;

/// Somebody who wants events, of one or several types.
pub(super) struct Subscriber {
    pub(super) name: String,
    pub(super) deliver: Vec<Deliver>,
}

impl fmt::Debug for Subscriber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscriber").field("name", &self.name).finish_non_exhaustive()
    }
}

impl<C: Container> EngineBuilder<C> {
    /// Subscribes to the events of the type `E`: those of executions that completed, and those that compensations
    /// emitted. `name` is under which the store remembers how far the subscriber has come, over restarts.
    ///
    /// An event is known by the name of its type, without the path of its module, so that a type may move.
    ///
    /// Each event is delivered at least once, in the order of release. One that fails is delivered again after a pause,
    /// before any later one; executions do not wait for it. After a crash the last few are delivered again. A name that is
    /// subscribed more than once is one subscriber of all those types. Of several engines on a store that subscribe a name,
    /// one delivers; when it shuts down or its lease is over, another one takes its place.
    pub fn on_event<E, F>(self, name: impl Into<String>, deliver: impl Fn(E) -> F + Send + Sync + 'static) -> Self
    where
        E: Data,
        F: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        let wanted = type_name::of::<E>();
        let deliver: Deliver = Box::new(move |event| {
            if event.name != wanted {
                return None;
            }
            let delivery = serde_json::from_str::<E>(&event.data).map(&deliver);
            Some(Box::pin(async move { delivery.context("the event cannot be read")?.await }))
        });
        self.subscriber(name.into(), deliver)
    }
}

/// Delivers to one subscriber until the engine closes.
pub(super) async fn keep_delivering<C: Container>(shared: Arc<Shared<C>>, subscriber: Subscriber) {
    let mut position = None;
    loop {
        // Asked for before anything else, so that nothing released meanwhile is missed, nor the end.
        let mut released = pin!(shared.released.notified());
        released.as_mut().enable();
        if shared.closing.load(Ordering::Acquire) {
            break;
        }
        match deliver_some(&shared, &subscriber, &mut position).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(target: "workflow", %error, subscriber = subscriber.name, "an event was not delivered")
            }
        }
        futures_util::future::select(released, shared.clock.sleep(PAUSE)).await;
    }
    shared.subscribers.fetch_sub(1, Ordering::AcqRel);
    shared.idle.notify_waiters();
}

/// Waits until every subscriber is done with the event that it has, and that is written down. One that does not come to its
/// end holds up nobody for ever: its event is delivered again.
pub(super) async fn all_delivered<C: Container>(shared: &Shared<C>) {
    let done = async {
        loop {
            let mut idle = pin!(shared.idle.notified());
            idle.as_mut().enable();
            if shared.subscribers.load(Ordering::Acquire) == 0 {
                return;
            }
            idle.await;
        }
    };
    if tokio::time::timeout(PATIENCE, done).await.is_err() {
        tracing::warn!(target: "workflow", "a subscriber does not come to its end, and takes its event again later");
    }
}

/// Delivers a batch; `false` when there is none, or another engine delivers.
///
/// `position` is how far the subscriber has come while this engine is the one that delivers to it.
async fn deliver_some<C: Container>(
    shared: &Shared<C>,
    subscriber: &Subscriber,
    position: &mut Option<u64>,
) -> anyhow::Result<bool> {
    let store = &shared.store;
    if position.is_none() {
        *position = patiently(|| store.subscribe(&subscriber.name, &shared.owner, shared.now())).await?;
    }
    let Some(from) = *position else { return Ok(false) };
    let events = patiently(|| store.outbox(from, BATCH)).await?;
    let (mut known, mut written, mut failed) = (from, Instant::now(), None);
    for event in &events {
        if shared.closing.load(Ordering::Acquire) {
            break;
        }
        if let Err(error) = deliver_one(subscriber, event).await {
            failed = Some(error);
            break;
        }
        *position = Some(event.position);
        if written.elapsed() >= OFTEN {
            acknowledge(shared, subscriber, position).await?;
            if position.is_none() {
                return Ok(false);
            }
            (known, written) = (event.position, Instant::now());
        }
    }
    if position.is_some_and(|seen| seen > known) {
        acknowledge(shared, subscriber, position).await?;
    }
    match failed {
        Some(error) => Err(error),
        None => Ok(!events.is_empty()),
    }
}

/// Writes down how far the subscriber has come, unless meanwhile another engine is the one that delivers to it.
async fn acknowledge<C: Container>(
    shared: &Shared<C>,
    subscriber: &Subscriber,
    position: &mut Option<u64>,
) -> Result<(), StoreError> {
    let Some(seen) = *position else { return Ok(()) };
    if !patiently(|| shared.store.acknowledge(&subscriber.name, &shared.owner, seen)).await? {
        *position = None;
    }
    Ok(())
}

async fn deliver_one(subscriber: &Subscriber, event: &OutboxEvent) -> anyhow::Result<()> {
    let contain = |panic: Box<dyn std::any::Any + Send>| panicked(&*panic);
    for deliver in &subscriber.deliver {
        let delivery = catch_unwind(AssertUnwindSafe(|| deliver(event))).map_err(contain)?;
        let Some(delivery) = delivery else { continue };
        let delivered = AssertUnwindSafe(delivery).catch_unwind().await.map_err(contain)?;
        delivered
            .map_err(|error| anyhow!(error).context(format!("event {} of `{}`", event.position, event.execution)))?;
    }
    Ok(())
}
