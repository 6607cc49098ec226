//! Schedules: executions that begin by the clock.

use super::Damaged;

/// A schedule as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// Its name.
    pub name: String,
    /// What and how often, and how far it has come, JSON.
    pub data: String,
    /// When it is to fire next; `None` when it is over.
    pub next: Option<i64>,
    /// Grows with every write; what a writer puts here is ignored.
    pub revision: u64,
}

/// All schedules of a store.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Schedules {
    /// Those that can be read, by name.
    pub readable: Vec<Schedule>,
    /// Those that cannot.
    pub damaged: Vec<Damaged>,
}
