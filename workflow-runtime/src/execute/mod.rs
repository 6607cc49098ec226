//! The executor: a deterministic machine without I/O, and the hosts that do its work.
//!
//! The [`Machine`] walks the graph, keeps the values and the undo log, and decides what happens next. It owns no clock,
//! no task and no future: it issues [`Operation`]s in an order that depends only on the graph, the input and the order of
//! completions, and takes back one [`Event`] at a time. A [`Host`] does what the operations say.

mod control;
mod end;
mod fiber;
mod flight;
mod forced;
mod group;
mod host;
mod log;
mod machine;
mod nodes;
mod op;
mod ready;
mod recall;
mod reopen;
mod rollback;
mod stack;
mod steps;
mod stored;
mod straight;
mod undo_node;

pub(crate) use end::{End, RolledBack, Stop};
pub(crate) use fiber::{FiberId, NodeFailure};
pub(crate) use forced::Forced;
#[cfg(feature = "testing")]
pub(crate) use forced::{Ways, without_items};
pub(crate) use host::{Host, drive};
pub(crate) use machine::Machine;
pub(crate) use op::{Asked, Event, Issue, NodePath, Op, OpId, Operation};
pub(crate) use recall::{Argument, Choice, Input, Mismatch, Reading, Recall};
pub(crate) use rollback::Report;
pub(crate) use stored::{Json, field, read_back, same};
pub(crate) use straight::Plain;
