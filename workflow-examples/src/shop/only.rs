//! A store of which an engine takes up one execution and leaves the others alone.

use std::sync::Arc;

use workflow_runtime::StoreError;
use workflow_runtime::store::{
    Append, Claim, Claimed, Created, Execution, Filter, Message, NewExecution, NewMessage, OutboxEvent, Page, Schedule,
    Schedules, Sent, Store, StoredEvent,
};
use workflow_sqlite::SqliteStore;

/// How soon the engine looks again, in milliseconds.
const SOON: i64 = 50;

/// A command carries out what it asks of one execution, if no shop is open that does; it does not begin the shop's day.
pub(crate) struct Only {
    store: SqliteStore,
    id: String,
}

impl Only {
    pub(crate) fn new(store: SqliteStore, id: &str) -> Self {
        Self { store, id: id.to_owned() }
    }
}

impl Store for Only {
    async fn claim(&self, claim: Claim) -> Result<Claimed, StoreError> {
        let claimed = |executions| Claimed { executions, next: Some(claim.now.saturating_add(SOON)) };
        let Some(row) = self.store.load(&self.id).await? else { return Ok(claimed(Vec::new())) };
        // Whether another owner is still there, `take` decides.
        let is_due = |by| row.owner.is_some() || row.due.is_some_and(|due| due <= by);
        let free = claim.by(&row.workflow, row.version).is_some_and(is_due);
        let ours = row.owner.as_ref() == Some(&claim.owner);
        if !free || ours || !row.status.is_claimable() {
            return Ok(claimed(Vec::new()));
        }
        let taken = self.store.take(&self.id, &claim.owner, claim.now).await?;
        Ok(claimed(taken.into_iter().filter(|row| row.status.is_claimable()).collect()))
    }

    /// Parked executions are not this command's business either.
    async fn list(&self, filter: Filter) -> Result<Page, StoreError> {
        let mut page = self.store.list(filter).await?;
        page.executions.retain(|execution| execution.id == self.id);
        Ok(page)
    }

    async fn create(&self, new: impl Into<Arc<NewExecution>> + Send) -> Result<Created, StoreError> {
        self.store.create(new).await
    }

    async fn append(&self, append: impl Into<Arc<Append>> + Send) -> Result<(), StoreError> {
        self.store.append(append).await
    }

    async fn load(&self, id: &str) -> Result<Option<Execution>, StoreError> {
        self.store.load(id).await
    }

    async fn history(&self, id: &str, run: u32) -> Result<Vec<StoredEvent>, StoreError> {
        self.store.history(id, run).await
    }

    async fn take(&self, id: &str, owner: &str, now: i64) -> Result<Option<Execution>, StoreError> {
        self.store.take(id, owner, now).await
    }

    async fn renew(&self, owner: &str, until: i64) -> Result<(), StoreError> {
        self.store.renew(owner, until).await
    }

    async fn retire(&self, owner: &str) -> Result<(), StoreError> {
        self.store.retire(owner).await
    }

    async fn send(&self, message: NewMessage) -> Result<Sent, StoreError> {
        self.store.send(message).await
    }

    async fn inbox(&self, id: &str) -> Result<Vec<Message>, StoreError> {
        self.store.inbox(id).await
    }

    async fn mail(&self, owner: &str) -> Result<Vec<Message>, StoreError> {
        self.store.mail(owner).await
    }

    async fn prune(&self, ended_before: i64, limit: usize) -> Result<usize, StoreError> {
        self.store.prune(ended_before, limit).await
    }

    async fn outbox(&self, after: u64, limit: usize) -> Result<Vec<OutboxEvent>, StoreError> {
        self.store.outbox(after, limit).await
    }

    async fn subscribe(&self, subscriber: &str, owner: &str, now: i64) -> Result<Option<u64>, StoreError> {
        self.store.subscribe(subscriber, owner, now).await
    }

    async fn acknowledge(&self, subscriber: &str, owner: &str, position: u64) -> Result<bool, StoreError> {
        self.store.acknowledge(subscriber, owner, position).await
    }

    async fn position(&self, subscriber: &str) -> Result<u64, StoreError> {
        self.store.position(subscriber).await
    }

    async fn put_schedule(&self, schedule: Schedule, expected: Option<u64>) -> Result<bool, StoreError> {
        self.store.put_schedule(schedule, expected).await
    }

    async fn schedules(&self) -> Result<Schedules, StoreError> {
        self.store.schedules().await
    }

    async fn remove_schedule(&self, name: &str) -> Result<bool, StoreError> {
        self.store.remove_schedule(name).await
    }
}
