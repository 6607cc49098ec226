//! A store that fails when a test says so.

mod plan;

use std::future::{Future, pending};
use std::sync::Arc;

use tokio::sync::watch;

use self::plan::{Plan, Verdict};
use crate::store::{
    Append, Claim, Claimed, Created, Execution, Filter, Message, NewExecution, NewMessage, OutboxEvent, Page, Schedule,
    Schedules, Sent, Store, StoreError, StoredEvent,
};

pub use self::plan::Fault;

/// A [`Store`] around another one that counts its writes and fails as it is told. Clones share count and faults.
///
/// Counted are the writes that carry work forward: `create`, `append`, `take`, `send`, `acknowledge`, `prune` and those of
/// schedules; not `renew`, `claim`, `subscribe` and `retire`, which the clock drives. So "the third write" means the same in every run.
///
/// ```
/// use workflow_runtime::store::{MemoryStore, Store};
/// use workflow_runtime::testing::{Fault, FaultStore};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let store = FaultStore::new(MemoryStore::new());
/// store.inject(Fault::FailBefore(1..3));
/// assert!(store.prune(0, 100).await.is_err());
/// assert!(store.prune(0, 100).await.is_err());
/// assert!(store.prune(0, 100).await.is_ok());
/// assert_eq!(store.writes(), 3);
/// # }
/// ```
#[derive(Debug)]
pub struct FaultStore<S> {
    inner: Arc<S>,
    plan: Arc<Plan>,
    stopped: watch::Sender<bool>,
}

impl<S> Clone for FaultStore<S> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), plan: Arc::clone(&self.plan), stopped: self.stopped.clone() }
    }
}

impl<S: Store> FaultStore<S> {
    /// A store without faults.
    pub fn new(inner: S) -> Self {
        Self { inner: Arc::new(inner), plan: Arc::default(), stopped: watch::Sender::new(false) }
    }

    /// The store inside.
    #[must_use]
    pub fn inner(&self) -> &S {
        &self.inner
    }

    /// From now on, this fault instead of the one before. Writes are counted on.
    pub fn inject(&self, fault: Fault) {
        self.plan.inject(Some(fault));
    }

    /// From now on, no fault; a store that has stopped stays so.
    pub fn heal(&self) {
        self.plan.inject(None);
    }

    /// How many writes were asked for so far.
    #[must_use]
    pub fn writes(&self) -> u64 {
        self.plan.writes()
    }

    /// Ends when the store stops. A stopped store answers nobody any more, as if the process had died with the question:
    /// drop whoever asked, and go on with another store on the same data.
    pub async fn stopped(&self) {
        // The sender lives as long as `self`, so that waiting cannot fail.
        let _ = self.stopped.subscribe().wait_for(|stopped| *stopped).await;
    }

    /// Stops the store now.
    pub fn stop_now(&self) {
        self.stopped.send_replace(true);
    }

    async fn stop<T>(&self) -> T {
        self.stopped.send_replace(true);
        pending().await
    }

    async fn write<T>(&self, write: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        if *self.stopped.borrow() {
            return pending().await;
        }
        match self.plan.write() {
            Verdict::Fine => self.other(write).await,
            Verdict::FailBefore(number) => Err(outage(number)),
            Verdict::ReadOnly => Err(StoreError::ReadOnly { place: "a store with an injected fault".to_owned() }),
            Verdict::FailAfter(number) => write.await.and(Err(outage(number))),
            Verdict::StopBefore => self.stop().await,
            Verdict::StopAfter => {
                // What came of it, nobody will learn.
                let _ = write.await;
                self.stop().await
            }
        }
    }

    /// Reads, and writes that are not counted.
    async fn other<T>(&self, call: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        if *self.stopped.borrow() {
            return pending().await;
        }
        if self.plan.is_down() {
            return Err(StoreError::Unavailable { detail: "an injected outage".to_owned(), source: None });
        }
        let answer = call.await;
        // It stopped while this was under way.
        if *self.stopped.borrow() { pending().await } else { answer }
    }
}

fn outage(write: u64) -> StoreError {
    StoreError::Unavailable { detail: format!("an injected failure of write {write}"), source: None }
}

impl<S: Store> Store for FaultStore<S> {
    async fn create(&self, new: impl Into<Arc<NewExecution>> + Send) -> Result<Created, StoreError> {
        self.write(self.inner.create(new)).await
    }

    async fn append(&self, append: impl Into<Arc<Append>> + Send) -> Result<(), StoreError> {
        self.write(self.inner.append(append)).await
    }

    async fn load(&self, id: &str) -> Result<Option<Execution>, StoreError> {
        self.other(self.inner.load(id)).await
    }

    async fn history(&self, id: &str, run: u32) -> Result<Vec<StoredEvent>, StoreError> {
        self.other(self.inner.history(id, run)).await
    }

    async fn claim(&self, claim: Claim) -> Result<Claimed, StoreError> {
        self.other(self.inner.claim(claim)).await
    }

    async fn take(&self, id: &str, owner: &str, now: i64) -> Result<Option<Execution>, StoreError> {
        self.write(self.inner.take(id, owner, now)).await
    }

    async fn renew(&self, owner: &str, until: i64) -> Result<(), StoreError> {
        self.other(self.inner.renew(owner, until)).await
    }

    async fn retire(&self, owner: &str) -> Result<(), StoreError> {
        self.other(self.inner.retire(owner)).await
    }

    async fn send(&self, message: NewMessage) -> Result<Sent, StoreError> {
        self.write(self.inner.send(message)).await
    }

    async fn inbox(&self, id: &str) -> Result<Vec<Message>, StoreError> {
        self.other(self.inner.inbox(id)).await
    }

    async fn mail(&self, owner: &str) -> Result<Vec<Message>, StoreError> {
        self.other(self.inner.mail(owner)).await
    }

    async fn list(&self, filter: Filter) -> Result<Page, StoreError> {
        if self.plan.has_no_list() {
            let (place, detail) = ("the list of executions".to_owned(), "an injected fault".to_owned());
            return Err(StoreError::Corrupt { place, detail });
        }
        self.other(self.inner.list(filter)).await
    }

    async fn prune(&self, ended_before: i64, limit: usize) -> Result<usize, StoreError> {
        self.write(self.inner.prune(ended_before, limit)).await
    }

    async fn outbox(&self, after: u64, limit: usize) -> Result<Vec<OutboxEvent>, StoreError> {
        self.other(self.inner.outbox(after, limit)).await
    }

    async fn subscribe(&self, subscriber: &str, owner: &str, now: i64) -> Result<Option<u64>, StoreError> {
        self.other(self.inner.subscribe(subscriber, owner, now)).await
    }

    async fn acknowledge(&self, subscriber: &str, owner: &str, position: u64) -> Result<bool, StoreError> {
        self.write(self.inner.acknowledge(subscriber, owner, position)).await
    }

    async fn position(&self, subscriber: &str) -> Result<u64, StoreError> {
        self.other(self.inner.position(subscriber)).await
    }

    async fn put_schedule(&self, schedule: Schedule, expected: Option<u64>) -> Result<bool, StoreError> {
        self.write(self.inner.put_schedule(schedule, expected)).await
    }

    async fn schedules(&self) -> Result<Schedules, StoreError> {
        self.other(self.inner.schedules()).await
    }

    async fn remove_schedule(&self, name: &str) -> Result<bool, StoreError> {
        self.write(self.inner.remove_schedule(name)).await
    }
}
