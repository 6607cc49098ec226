//! A schedule as its row keeps it: what and when, and how far it has come.

use serde::{Deserialize, Serialize};

use crate::execute::{Json, same};
use crate::store;

use super::timing::Timing;
use super::{Missed, Overlap, Tick};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Plan {
    pub(super) timing: Timing,
    pub(super) workflow: String,
    pub(super) version: u32,
    /// The input of every execution; without one, a function of the tick in whoever made the schedule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) input: Option<Json>,
    pub(super) overlap: Overlap,
    pub(super) missed: Missed,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) at_most: Option<u64>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) paused: bool,
    pub(super) runs: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) last: Option<Last>,
}

/// The last tick that began an execution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Last {
    pub(super) tick: i64,
    /// Whether it is decided, and nobody knows yet that the execution is there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) pending: bool,
}

impl Plan {
    pub(super) fn read(row: &store::Schedule) -> serde_json::Result<Self> {
        serde_json::from_str(&row.data)
    }

    pub(super) fn to_row(&self, name: &str, next: Option<i64>) -> serde_json::Result<store::Schedule> {
        Ok(store::Schedule { name: name.to_owned(), data: serde_json::to_string(self)?, next, revision: 0 })
    }

    pub(super) fn is_over(&self) -> bool {
        self.at_most.is_some_and(|most| self.runs >= most)
    }

    /// The first tick after a time, if there is one to come.
    pub(super) fn next_after(&self, time: i64) -> Option<i64> {
        if self.paused || self.is_over() { None } else { self.timing.after(time) }
    }

    pub(super) fn last_tick(&self, name: &str) -> Option<Tick> {
        self.last.as_ref().map(|last| Tick { schedule: name.to_owned(), at: last.tick })
    }

    /// Whether the other one says the same, however far each has come.
    pub(super) fn says_the_same(&self, other: &Self) -> bool {
        let input = match (&self.input, &other.input) {
            (Some(one), Some(two)) => same(one.get(), two.get()),
            (one, two) => one.is_none() && two.is_none(),
        };
        input
            && self.timing == other.timing
            && (&self.workflow, self.version) == (&other.workflow, other.version)
            && (self.overlap, self.missed, self.at_most) == (other.overlap, other.missed, other.at_most)
    }
}
