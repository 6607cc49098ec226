//! A store whose answers take their time, and are sometimes lost.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use workflow_runtime::store::*;

/// How a store is to be had.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sky {
    /// How long a call takes at most before it gets there, and the answer on its way back.
    pub(crate) micros: u64,
    /// How many calls in a thousand fail, half of them after they have happened.
    pub(crate) failing: u32,
    /// For how long engines are believed to live that have gone silent.
    pub(crate) lease: Duration,
    /// Whether the store now and then answers nobody, for so long that callers give up.
    pub(crate) outages: bool,
    /// For how long executions are kept that have ended.
    pub(crate) retention: Option<Duration>,
}

impl Sky {
    /// Whether every step runs as often as its journal says: no engine loses its lease, and no journal is forgotten.
    pub(crate) fn is_exact(&self) -> bool {
        self.lease > Duration::from_secs(60) && !self.outages && self.retention.is_none()
    }
}

/// A store with weather. Clones share it.
#[derive(Debug)]
pub(crate) struct Weather<S>(Arc<Inner<S>>);

#[derive(Debug)]
struct Inner<S> {
    store: S,
    random: Mutex<fastrand::Rng>,
    micros: u64,
    failing: AtomicU32,
}

impl<S> Clone for Weather<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: Store> Weather<S> {
    pub(crate) fn new(store: S, seed: u64, sky: Sky) -> Self {
        let (random, failing) = (Mutex::new(fastrand::Rng::with_seed(seed)), AtomicU32::new(sky.failing));
        Self(Arc::new(Inner { store, random, micros: sky.micros, failing }))
    }

    /// From now on, so many calls in a thousand fail.
    pub(crate) fn change(&self, failing: u32) {
        self.0.failing.store(failing, Ordering::SeqCst);
    }

    fn random(&self, below: u64) -> u64 {
        self.0.random.lock().unwrap().u64(0..below.max(1))
    }

    async fn delay(&self) {
        if self.0.micros > 0 && self.random(2) == 0 {
            tokio::time::sleep(Duration::from_micros(self.random(self.0.micros))).await;
        }
    }

    async fn call<T>(&self, call: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        self.delay().await;
        let lost = || StoreError::Unavailable { detail: "a storm".to_owned(), source: None };
        let luck = self.random(2000);
        let failing = u64::from(self.0.failing.load(Ordering::SeqCst));
        if luck < failing {
            return Err(lost());
        }
        let answer = call.await;
        self.delay().await;
        if luck < 2 * failing { Err(lost()) } else { answer }
    }
}

type Answer<T> = Result<T, StoreError>;

impl<S: Store> Store for Weather<S> {
    async fn create(&self, new: impl Into<Arc<NewExecution>> + Send) -> Answer<Created> {
        self.call(self.0.store.create(new)).await
    }

    async fn append(&self, append: impl Into<Arc<Append>> + Send) -> Answer<()> {
        self.call(self.0.store.append(append)).await
    }

    async fn load(&self, id: &str) -> Answer<Option<Execution>> {
        self.call(self.0.store.load(id)).await
    }

    async fn history(&self, id: &str, run: u32) -> Answer<Vec<StoredEvent>> {
        self.call(self.0.store.history(id, run)).await
    }

    async fn claim(&self, claim: Claim) -> Answer<Claimed> {
        self.call(self.0.store.claim(claim)).await
    }

    async fn take(&self, id: &str, owner: &str, now: i64) -> Answer<Option<Execution>> {
        self.call(self.0.store.take(id, owner, now)).await
    }

    async fn renew(&self, owner: &str, until: i64) -> Answer<()> {
        self.call(self.0.store.renew(owner, until)).await
    }

    async fn retire(&self, owner: &str) -> Answer<()> {
        self.call(self.0.store.retire(owner)).await
    }

    async fn send(&self, message: NewMessage) -> Answer<Sent> {
        self.call(self.0.store.send(message)).await
    }

    async fn inbox(&self, id: &str) -> Answer<Vec<Message>> {
        self.call(self.0.store.inbox(id)).await
    }

    async fn mail(&self, owner: &str) -> Answer<Vec<Message>> {
        self.call(self.0.store.mail(owner)).await
    }

    async fn list(&self, filter: Filter) -> Answer<Page> {
        self.call(self.0.store.list(filter)).await
    }

    async fn prune(&self, ended_before: i64, limit: usize) -> Answer<usize> {
        self.call(self.0.store.prune(ended_before, limit)).await
    }

    async fn outbox(&self, after: u64, limit: usize) -> Answer<Vec<OutboxEvent>> {
        self.call(self.0.store.outbox(after, limit)).await
    }

    async fn subscribe(&self, subscriber: &str, owner: &str, now: i64) -> Answer<Option<u64>> {
        self.call(self.0.store.subscribe(subscriber, owner, now)).await
    }

    async fn acknowledge(&self, subscriber: &str, owner: &str, position: u64) -> Answer<bool> {
        self.call(self.0.store.acknowledge(subscriber, owner, position)).await
    }

    async fn position(&self, subscriber: &str) -> Answer<u64> {
        self.call(self.0.store.position(subscriber)).await
    }

    async fn put_schedule(&self, schedule: Schedule, expected: Option<u64>) -> Answer<bool> {
        self.call(self.0.store.put_schedule(schedule, expected)).await
    }

    async fn schedules(&self) -> Answer<Schedules> {
        self.call(self.0.store.schedules()).await
    }

    async fn remove_schedule(&self, name: &str) -> Answer<bool> {
        self.call(self.0.store.remove_schedule(name)).await
    }
}
