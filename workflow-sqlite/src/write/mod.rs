//! Writes: commands, and the one thread that carries them out.

mod append;
mod claim;
mod create;
mod held;
mod job;
mod lease;
mod outbox;
mod prune;
mod queue;
mod schedule;
mod send;
mod session;
mod thread;

use crate::error::Result;

pub(crate) use append::Appending;
pub(crate) use claim::{Claiming, Take};
pub(crate) use create::Create;
pub(crate) use lease::{Renew, Retire};
pub(crate) use outbox::{Acknowledge, Subscribe};
pub(crate) use prune::Prune;
pub(crate) use schedule::{PutSchedule, RemoveSchedule};
pub(crate) use send::Send;
pub(crate) use thread::Writer;

/// One write, as part of a transaction with others.
///
/// It may be applied a second time, after a rollback. An answer that something was lost has to leave everything as it was;
/// any other error rolls the transaction back.
pub(crate) trait Command: std::marker::Send + 'static {
    type Answer: std::marker::Send + 'static;

    fn apply(&self, session: &mut session::Session<'_>) -> Result<Self::Answer>;
}
