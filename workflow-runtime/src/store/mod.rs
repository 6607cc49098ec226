//! Where executions are kept: names and bytes, an append-only journal, compare-and-set.
//!
//! A [`Store`] knows nothing of steps, types or graphs. What the engine writes, it writes in one piece ([`Append`]) that is
//! durable before it is acknowledged; who may write, a compare-and-set on owner and revision decides. Whether a store of your
//! own keeps these promises, `workflow_runtime::testing::store_conformance` (feature `testing`) tells.

mod append;
mod claim;
mod damaged;
pub mod erased;
mod error;
mod events;
mod execution;
mod filter;
mod limit;
mod memory;
mod message;
mod outbox;
mod schedule;
mod status;

use std::future::Future;
use std::sync::Arc;

pub use append::Append;
pub use claim::{Claim, Claimed};
pub use damaged::Damaged;
pub use error::StoreError;
pub(crate) use events::Mark;
pub use events::{Events, NewEvent, StoredEvent};
pub use execution::{Created, Execution, NewExecution};
pub use filter::{Cursor, Filter, Page, Summary};
pub use limit::PayloadLimit;
pub use memory::MemoryStore;
pub use message::{Message, NewMessage, Sent};
pub use outbox::{NewOutboxEvent, OutboxEvent};
pub use schedule::{Schedule, Schedules};
pub use status::ExecutionStatus;

/// A place where executions outlive the process.
///
/// Every time is in milliseconds since the Unix epoch and comes from the caller's clock; a store has none. Every payload is
/// JSON text that the store hands back byte for byte. A write that was answered with `Ok` is durable and survives the loss
/// of power (as far as the store says it does); one that was answered with an error has either happened as a whole or not
/// at all, and [`StoreError::is_transient`] says whether to try again. All writes are safe to repeat: a repeated
/// [`append`](Store::append) that had happened answers [`StoreError::Lost`], and [`load`](Store::load) then shows the revision.
///
/// Owners are names of workers, unique for each start of one. What an owner holds is its own for as long as its lease runs
/// ([`renew`](Store::renew)); afterwards whoever claims it has it, and the former owner's next append is `Lost`. A store that
/// knows for certain that an owner's process is no more may end its lease at once.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a store",
    label = "executions cannot be kept here",
    note = "help: `MemoryStore::new()`, or `SqliteStore::open(path).await?` of the crate `workflow-sqlite`"
)]
pub trait Store: Send + Sync + 'static {
    /// Begins an execution, with its first events, or finds the one that already has the id.
    ///
    /// With [`NewExecution::replaces`] it begins a further run under the id of one that has ended;
    /// `Lost` if that is no longer as the caller saw it.
    ///
    /// It is shared, so that whoever has to ask again need not copy it first.
    fn create(
        &self,
        new: impl Into<Arc<NewExecution>> + Send,
    ) -> impl Future<Output = Result<Created, StoreError>> + Send;

    /// Writes everything that one step of an execution changes, in one durable write.
    ///
    /// `Lost` unless the execution has the owner and the revision that the append expects; then nothing is written.
    fn append(&self, append: impl Into<Arc<Append>> + Send) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// The execution as it is now.
    fn load(&self, id: &str) -> impl Future<Output = Result<Option<Execution>, StoreError>> + Send;

    /// The events of one run of an execution, oldest first; empty for a run that is not there.
    fn history(&self, id: &str, run: u32) -> impl Future<Output = Result<Vec<StoredEvent>, StoreError>> + Send;

    /// Takes what can run: unfinished, not parked, and either without an owner and due (or with mail), or owned by one whose
    /// lease is over or who is known to be gone.
    fn claim(&self, claim: Claim) -> impl Future<Output = Result<Claimed, StoreError>> + Send;

    /// Takes one execution whatever its status, finished ones too; `None` if it is not there or somebody else with a running
    /// lease has it. An owner that has it already gets it again, with a new revision.
    fn take(
        &self,
        id: &str,
        owner: &str,
        now: i64,
    ) -> impl Future<Output = Result<Option<Execution>, StoreError>> + Send;

    /// Sets the end of an owner's lease, for everything that it holds and will hold. An owner renews before it creates or
    /// claims anything: without a lease, what it holds is free to be claimed.
    fn renew(&self, owner: &str, until: i64) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Ends an owner's lease; whatever it still held can be claimed at once.
    fn retire(&self, owner: &str) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Puts a message into the inbox of an execution, once for each message id, and makes the execution claimable.
    fn send(&self, message: NewMessage) -> impl Future<Output = Result<Sent, StoreError>> + Send;

    /// The messages of one execution that its owner has not consumed, oldest first.
    fn inbox(&self, id: &str) -> impl Future<Output = Result<Vec<Message>, StoreError>> + Send;

    /// The unconsumed messages of everything that an owner holds, oldest first: one question for all of its executions.
    fn mail(&self, owner: &str) -> impl Future<Output = Result<Vec<Message>, StoreError>> + Send;

    /// One page of executions, newest first. A row that cannot be read takes the place of an execution, and is named.
    fn list(&self, filter: Filter) -> impl Future<Output = Result<Page, StoreError>> + Send;

    /// Forgets at most `limit` executions that ended before the given time, with all that belongs to them, and events of the
    /// outbox that are older and that every subscriber has acknowledged. Says how many executions it forgot.
    fn prune(&self, ended_before: i64, limit: usize) -> impl Future<Output = Result<usize, StoreError>> + Send;

    /// Released events after a position, in the order of their release.
    fn outbox(&self, after: u64, limit: usize) -> impl Future<Output = Result<Vec<OutboxEvent>, StoreError>> + Send;

    /// Makes an owner the one who delivers to a subscriber, and says how far that has come: 0 for one that was never heard
    /// of, for whom every event is kept from now on. `None` if somebody else with a running lease delivers to it.
    fn subscribe(
        &self,
        subscriber: &str,
        owner: &str,
        now: i64,
    ) -> impl Future<Output = Result<Option<u64>, StoreError>> + Send;

    /// Records that a subscriber has seen every event up to and with a position, which never moves back. Says whether the
    /// owner still is the one who delivers to it; otherwise nothing is written.
    fn acknowledge(
        &self,
        subscriber: &str,
        owner: &str,
        position: u64,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// How far a subscriber has come; 0 for one that was never heard of.
    fn position(&self, subscriber: &str) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Writes a schedule if the stored one has the revision `expected` (`None`: if there is none yet), and says whether it
    /// did. The new revision is one more than the expected one, or 1.
    fn put_schedule(
        &self,
        schedule: Schedule,
        expected: Option<u64>,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Every schedule, by name.
    fn schedules(&self) -> impl Future<Output = Result<Schedules, StoreError>> + Send;

    /// Removes a schedule; says whether it was there.
    fn remove_schedule(&self, name: &str) -> impl Future<Output = Result<bool, StoreError>> + Send;
}
