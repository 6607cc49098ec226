//! A store in memory: for tests, and for engines that need not outlive the process.

mod inbox;
mod index;
mod journal;
mod listing;
mod state;
mod work;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use self::state::State;
use super::{
    Append, Claim, Claimed, Created, Execution, Filter, Message, NewExecution, NewMessage, OutboxEvent, Page,
    PayloadLimit, Schedule, Schedules, Sent, Store, StoreError, StoredEvent,
};

/// A [`Store`] in memory. Clones share what is stored; with the last one it is gone.
///
/// ```
/// use workflow_runtime::store::{Filter, MemoryStore, Store};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), workflow_runtime::StoreError> {
/// let store = MemoryStore::new();
/// assert!(store.list(Filter::default()).await?.executions.is_empty());
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    state: Arc<Mutex<State>>,
    limit: PayloadLimit,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how big a payload may be.
    #[must_use]
    pub fn payload_limit(self, limit: PayloadLimit) -> Self {
        Self { limit, ..self }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    async fn create(&self, new: impl Into<Arc<NewExecution>> + Send) -> Result<Created, StoreError> {
        let new = new.into();
        self.limit.check_new(&new)?;
        self.state().create(&new)
    }

    async fn append(&self, append: impl Into<Arc<Append>> + Send) -> Result<(), StoreError> {
        let append = append.into();
        self.limit.check_append(&append)?;
        self.state().append(Arc::unwrap_or_clone(append))
    }

    async fn load(&self, id: &str) -> Result<Option<Execution>, StoreError> {
        Ok(self.state().load(id))
    }

    async fn history(&self, id: &str, run: u32) -> Result<Vec<StoredEvent>, StoreError> {
        self.state().history(id, run)
    }

    async fn claim(&self, claim: Claim) -> Result<Claimed, StoreError> {
        Ok(self.state().claim(&claim))
    }

    async fn take(&self, id: &str, owner: &str, now: i64) -> Result<Option<Execution>, StoreError> {
        Ok(self.state().take(id, owner, now))
    }

    async fn renew(&self, owner: &str, until: i64) -> Result<(), StoreError> {
        self.state().renew(owner, until);
        Ok(())
    }

    async fn retire(&self, owner: &str) -> Result<(), StoreError> {
        self.state().retire(owner);
        Ok(())
    }

    async fn send(&self, message: NewMessage) -> Result<Sent, StoreError> {
        self.limit.check_message(&message)?;
        Ok(self.state().send(message))
    }

    async fn inbox(&self, id: &str) -> Result<Vec<Message>, StoreError> {
        Ok(self.state().inbox(id))
    }

    async fn mail(&self, owner: &str) -> Result<Vec<Message>, StoreError> {
        Ok(self.state().mail(owner))
    }

    async fn list(&self, filter: Filter) -> Result<Page, StoreError> {
        Ok(self.state().list(&filter))
    }

    async fn prune(&self, ended_before: i64, limit: usize) -> Result<usize, StoreError> {
        Ok(self.state().prune(ended_before, limit))
    }

    async fn outbox(&self, after: u64, limit: usize) -> Result<Vec<OutboxEvent>, StoreError> {
        Ok(self.state().outbox(after, limit))
    }

    async fn subscribe(&self, subscriber: &str, owner: &str, now: i64) -> Result<Option<u64>, StoreError> {
        Ok(self.state().subscribe(subscriber, owner, now))
    }

    async fn acknowledge(&self, subscriber: &str, owner: &str, position: u64) -> Result<bool, StoreError> {
        Ok(self.state().acknowledge(subscriber, owner, position))
    }

    async fn position(&self, subscriber: &str) -> Result<u64, StoreError> {
        Ok(self.state().subscribers.get(subscriber).map(|subscription| subscription.position).unwrap_or_default())
    }

    async fn put_schedule(&self, schedule: Schedule, expected: Option<u64>) -> Result<bool, StoreError> {
        self.limit.check(|| format!("schedule `{}`", schedule.name), &schedule.data)?;
        Ok(self.state().put_schedule(schedule, expected))
    }

    async fn schedules(&self) -> Result<Schedules, StoreError> {
        Ok(self.state().schedules())
    }

    async fn remove_schedule(&self, name: &str) -> Result<bool, StoreError> {
        Ok(self.state().remove_schedule(name))
    }
}
