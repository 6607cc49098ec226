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
/// How long a subscriber that failed is left alone, and how often events of other processes are looked for.
const PAUSE: Duration = Duration::from_secs(1);

type Deliver = Box<dyn Fn(&OutboxEvent) -> Option<BoxFuture<'static, anyhow::Result<()>>> + Send + Sync>;

/// Somebody who wants events.
pub(super) struct Subscriber {
    name: String,
    deliver: Deliver,
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
    /// before any later one; executions do not wait for it. After a crash the last few are delivered again. Several engines
    /// on a store share the events of one name; what two of them come to at the same moment, both deliver.
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
        self.subscriber(Subscriber { name: name.into(), deliver })
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

/// Delivers a batch; `false` when there was none.
async fn deliver_some<C: Container>(
    shared: &Shared<C>,
    subscriber: &Subscriber,
    position: &mut Option<u64>,
) -> anyhow::Result<bool> {
    let store = &shared.store;
    let from = match *position {
        Some(position) => position,
        None => {
            let from = patiently(|| store.position(&subscriber.name)).await?;
            // So that the store knows of it, and forgets no event before this one has taken its first.
            acknowledge(shared, subscriber, from).await?;
            from
        }
    };
    *position = Some(from);
    let events = patiently(|| store.outbox(from, BATCH)).await?;
    if events.is_empty() {
        return Ok(false);
    }
    // Another engine may have delivered some of them meanwhile.
    let elsewhere = patiently(|| store.position(&subscriber.name)).await?.max(from);
    let (mut known, mut seen, mut written) = (elsewhere, elsewhere, Instant::now());
    let mut failed = None;
    for event in events.iter().skip_while(|event| event.position <= elsewhere) {
        if shared.closing.load(Ordering::Acquire) {
            break;
        }
        if let Err(error) = deliver_one(subscriber, event).await {
            failed = Some(error);
            break;
        }
        seen = event.position;
        if written.elapsed() >= OFTEN {
            acknowledge(shared, subscriber, seen).await?;
            (known, written) = (seen, Instant::now());
        }
    }
    *position = Some(seen);
    if seen > known {
        acknowledge(shared, subscriber, seen).await?;
    }
    match failed {
        Some(error) => Err(error),
        None => Ok(true),
    }
}

async fn acknowledge<C: Container>(
    shared: &Shared<C>,
    subscriber: &Subscriber,
    position: u64,
) -> Result<(), StoreError> {
    patiently(|| shared.store.acknowledge(&subscriber.name, position)).await
}

async fn deliver_one(subscriber: &Subscriber, event: &OutboxEvent) -> anyhow::Result<()> {
    let contain = |panic: Box<dyn std::any::Any + Send>| panicked(&*panic);
    let delivery = catch_unwind(AssertUnwindSafe(|| (subscriber.deliver)(event))).map_err(contain)?;
    let Some(delivery) = delivery else { return Ok(()) };
    let delivered = AssertUnwindSafe(delivery).catch_unwind().await.map_err(contain)?;
    delivered.map_err(|error| anyhow!(error).context(format!("event {} of `{}`", event.position, event.execution)))
}
