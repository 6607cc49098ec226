//! The journal: what happened in an execution, and the one function that says what may happen next.

mod record;
mod state;
#[cfg(test)]
mod tests;

pub(crate) use record::{Began, Emitted, Failure, Op, OpKind, Record, Signal, Success};
pub(crate) use state::{Phase, State};
