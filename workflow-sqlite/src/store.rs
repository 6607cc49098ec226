//! The store: which question goes to the writer, and which to a reader.

use std::path::Path;
use std::sync::Arc;

use workflow_runtime::store::{
    Append, Claim, Claimed, Created, Execution, Filter, Message, NewExecution, NewMessage, OutboxEvent, Page,
    PayloadLimit, Schedule, Schedules, Sent, Store, StoreError, StoredEvent,
};

use crate::SqliteOptions;
use crate::owners::Owners;
use crate::read::{self, Readers};
use crate::write::{self, Writer};

/// A [`Store`] in one SQLite file. Clones share it; with the last one it is closed, after what was asked for is written.
///
/// A write whose future is dropped may still happen.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    // Dropped before the writer, whose connection is then the last one and tidies the file up.
    readers: Readers,
    writer: Writer,
    /// Let go when nothing is written any more.
    owners: Arc<Owners>,
    limit: PayloadLimit,
}

impl SqliteStore {
    /// Opens a file, or creates it; its directory has to be there. [`SqliteOptions`] has more to choose.
    ///
    /// # Errors
    ///
    /// A file that cannot be opened or written, is no database of ours, is damaged, or has a newer format.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        SqliteOptions::new().open(path).await
    }

    pub(crate) fn new(writer: Writer, readers: Readers, owners: Owners, limit: PayloadLimit) -> Self {
        Self { inner: Arc::new(Inner { writer, readers, owners: Arc::new(owners), limit }) }
    }

    /// How many transactions this store has committed that changed something: each is one wait for the disk.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.inner.writer.commits()
    }

    fn owners(&self) -> Arc<Owners> {
        Arc::clone(&self.inner.owners)
    }

    async fn write<C: write::Command>(&self, command: C) -> Result<C::Answer, StoreError> {
        self.inner.writer.write(command).await
    }

    async fn read<T, F>(&self, read: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&rusqlite::Connection) -> crate::error::Result<T> + Send + 'static,
    {
        self.inner.readers.read(read).await
    }
}

impl Store for SqliteStore {
    fn create(
        &self,
        new: impl Into<Arc<NewExecution>> + Send,
    ) -> impl Future<Output = Result<Created, StoreError>> + Send {
        let new = new.into();
        let asked = self.inner.limit.check_new(&new).and_then(|()| self.inner.writer.ask(write::Create(new)));
        async move { asked?.await }
    }

    fn append(&self, append: impl Into<Arc<Append>> + Send) -> impl Future<Output = Result<(), StoreError>> + Send {
        let append = append.into();
        // Asked at once, so that the future, of which there is one for each execution at work, has little to hold.
        let asked = self.inner.limit.check_append(&append);
        let asked = asked.and_then(|()| self.inner.writer.ask(write::Appending(append)));
        async move { asked?.await }
    }

    async fn load(&self, id: &str) -> Result<Option<Execution>, StoreError> {
        let id = id.to_owned();
        self.read(move |connection| read::load(connection, &id)).await
    }

    async fn history(&self, id: &str, run: u32) -> Result<Vec<StoredEvent>, StoreError> {
        let id = id.to_owned();
        self.read(move |connection| read::history(connection, &id, run)).await
    }

    async fn claim(&self, claim: Claim) -> Result<Claimed, StoreError> {
        self.write(write::Claiming { claim, owners: self.owners() }).await
    }

    async fn take(&self, id: &str, owner: &str, now: i64) -> Result<Option<Execution>, StoreError> {
        self.write(write::Take { id: id.to_owned(), owner: owner.to_owned(), now, owners: self.owners() }).await
    }

    async fn renew(&self, owner: &str, until: i64) -> Result<(), StoreError> {
        self.write(write::Renew { owner: owner.to_owned(), until, owners: self.owners() }).await
    }

    async fn retire(&self, owner: &str) -> Result<(), StoreError> {
        self.write(write::Retire { owner: owner.to_owned(), owners: self.owners() }).await
    }

    async fn send(&self, message: NewMessage) -> Result<Sent, StoreError> {
        self.inner.limit.check_message(&message)?;
        self.write(write::Send(message)).await
    }

    async fn inbox(&self, id: &str) -> Result<Vec<Message>, StoreError> {
        let id = id.to_owned();
        self.read(move |connection| read::inbox(connection, &id)).await
    }

    async fn mail(&self, owner: &str) -> Result<Vec<Message>, StoreError> {
        let owner = owner.to_owned();
        self.read(move |connection| read::mail(connection, &owner)).await
    }

    async fn list(&self, filter: Filter) -> Result<Page, StoreError> {
        self.read(move |connection| read::list(connection, &filter)).await
    }

    async fn prune(&self, ended_before: i64, limit: usize) -> Result<usize, StoreError> {
        self.write(write::Prune { ended_before, limit }).await
    }

    async fn outbox(&self, after: u64, limit: usize) -> Result<Vec<OutboxEvent>, StoreError> {
        self.read(move |connection| read::outbox(connection, after, limit)).await
    }

    async fn subscribe(&self, subscriber: &str, owner: &str, now: i64) -> Result<Option<u64>, StoreError> {
        let (subscriber, owner, owners) = (subscriber.to_owned(), owner.to_owned(), self.owners());
        self.write(write::Subscribe { subscriber, owner, now, owners }).await
    }

    async fn acknowledge(&self, subscriber: &str, owner: &str, position: u64) -> Result<bool, StoreError> {
        let (subscriber, owner) = (subscriber.to_owned(), owner.to_owned());
        self.write(write::Acknowledge { subscriber, owner, position }).await
    }

    async fn position(&self, subscriber: &str) -> Result<u64, StoreError> {
        let subscriber = subscriber.to_owned();
        self.read(move |connection| read::position(connection, &subscriber)).await
    }

    async fn put_schedule(&self, schedule: Schedule, expected: Option<u64>) -> Result<bool, StoreError> {
        self.inner.limit.check(|| format!("schedule `{}`", schedule.name), &schedule.data)?;
        self.write(write::PutSchedule { schedule, expected }).await
    }

    async fn schedules(&self) -> Result<Schedules, StoreError> {
        self.read(read::schedules).await
    }

    async fn remove_schedule(&self, name: &str) -> Result<bool, StoreError> {
        self.write(write::RemoveSchedule { name: name.to_owned() }).await
    }
}
