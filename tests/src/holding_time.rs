//! A store on other threads, under virtual time.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use workflow_runtime::store::*;

/// A store whose calls hold time. Tokio's paused clock jumps ahead as soon as no task can go on, and it would not see that
/// one of them waits for the store's thread; but it never jumps while a blocking task is at work.
#[derive(Debug)]
pub struct HoldingTime<S>(Arc<S>, Arc<AtomicU64>);

impl<S> Clone for HoldingTime<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0), Arc::clone(&self.1))
    }
}

impl<S: Store> HoldingTime<S> {
    /// Puts a store behind it.
    pub fn new(store: S) -> Self {
        Self(Arc::new(store), Arc::default())
    }

    /// How often it was asked for something.
    pub fn calls(&self) -> u64 {
        self.1.load(Ordering::Relaxed)
    }

    async fn call<F, T>(&self, call: impl FnOnce(Arc<S>) -> F + Send + 'static) -> T
    where
        F: Future<Output = T>,
        T: Send + 'static,
    {
        self.1.fetch_add(1, Ordering::Relaxed);
        let (store, runtime) = (Arc::clone(&self.0), tokio::runtime::Handle::current());
        let answer = tokio::task::spawn_blocking(move || runtime.block_on(call(store))).await;
        answer.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
    }
}

type Answer<T> = Result<T, StoreError>;

impl<S: Store> Store for HoldingTime<S> {
    async fn create(&self, new: impl Into<Arc<NewExecution>> + Send) -> Answer<Created> {
        let new = new.into();
        self.call(|store| async move { store.create(new).await }).await
    }

    async fn append(&self, append: impl Into<Arc<Append>> + Send) -> Answer<()> {
        let append = append.into();
        self.call(|store| async move { store.append(append).await }).await
    }

    async fn load(&self, id: &str) -> Answer<Option<Execution>> {
        let id = id.to_owned();
        self.call(|store| async move { store.load(&id).await }).await
    }

    async fn history(&self, id: &str, run: u32) -> Answer<Vec<StoredEvent>> {
        let id = id.to_owned();
        self.call(move |store| async move { store.history(&id, run).await }).await
    }

    async fn claim(&self, claim: Claim) -> Answer<Claimed> {
        self.call(|store| async move { store.claim(claim).await }).await
    }

    async fn take(&self, id: &str, owner: &str, now: i64) -> Answer<Option<Execution>> {
        let (id, owner) = (id.to_owned(), owner.to_owned());
        self.call(move |store| async move { store.take(&id, &owner, now).await }).await
    }

    async fn renew(&self, owner: &str, until: i64) -> Answer<()> {
        let owner = owner.to_owned();
        self.call(move |store| async move { store.renew(&owner, until).await }).await
    }

    async fn retire(&self, owner: &str) -> Answer<()> {
        let owner = owner.to_owned();
        self.call(|store| async move { store.retire(&owner).await }).await
    }

    async fn send(&self, message: NewMessage) -> Answer<Sent> {
        self.call(|store| async move { store.send(message).await }).await
    }

    async fn inbox(&self, id: &str) -> Answer<Vec<Message>> {
        let id = id.to_owned();
        self.call(|store| async move { store.inbox(&id).await }).await
    }

    async fn mail(&self, owner: &str) -> Answer<Vec<Message>> {
        let owner = owner.to_owned();
        self.call(|store| async move { store.mail(&owner).await }).await
    }

    async fn list(&self, filter: Filter) -> Answer<Page> {
        self.call(|store| async move { store.list(filter).await }).await
    }

    async fn prune(&self, ended_before: i64, limit: usize) -> Answer<usize> {
        self.call(move |store| async move { store.prune(ended_before, limit).await }).await
    }

    async fn outbox(&self, after: u64, limit: usize) -> Answer<Vec<OutboxEvent>> {
        self.call(move |store| async move { store.outbox(after, limit).await }).await
    }

    async fn subscribe(&self, subscriber: &str, owner: &str, now: i64) -> Answer<Option<u64>> {
        let (subscriber, owner) = (subscriber.to_owned(), owner.to_owned());
        self.call(move |store| async move { store.subscribe(&subscriber, &owner, now).await }).await
    }

    async fn acknowledge(&self, subscriber: &str, owner: &str, position: u64) -> Answer<bool> {
        let (subscriber, owner) = (subscriber.to_owned(), owner.to_owned());
        self.call(move |store| async move { store.acknowledge(&subscriber, &owner, position).await }).await
    }

    async fn position(&self, subscriber: &str) -> Answer<u64> {
        let subscriber = subscriber.to_owned();
        self.call(|store| async move { store.position(&subscriber).await }).await
    }

    async fn put_schedule(&self, schedule: Schedule, expected: Option<u64>) -> Answer<bool> {
        self.call(move |store| async move { store.put_schedule(schedule, expected).await }).await
    }

    async fn schedules(&self) -> Answer<Schedules> {
        self.call(|store| async move { store.schedules().await }).await
    }

    async fn remove_schedule(&self, name: &str) -> Answer<bool> {
        let name = name.to_owned();
        self.call(|store| async move { store.remove_schedule(&name).await }).await
    }
}
