//! What a memory store holds.

use std::collections::BTreeMap;

use super::index::Index;
use crate::store::{Created, Events, Execution, Message, NewExecution, OutboxEvent, Schedule, Schedules, StoreError};

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) entries: BTreeMap<String, Entry>,
    pub(super) index: Index,
    /// The end of each owner's lease.
    pub(super) leases: BTreeMap<String, i64>,
    pub(super) released: u64,
    pub(super) outbox: BTreeMap<u64, OutboxEvent>,
    pub(super) subscribers: BTreeMap<String, Subscription>,
    schedules: BTreeMap<String, Schedule>,
}

/// An execution with its journal and its mail.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) execution: Execution,
    pub(super) journal: BTreeMap<u32, Vec<Written>>,
    pub(super) mail: Vec<Letter>,
}

/// The events of one write.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) at: i64,
    /// The number of the last of them.
    pub(super) last: u64,
    pub(super) events: Events,
}

/// Who delivers to a subscriber, and how far that has come.
#[derive(Debug)]
pub(super) struct Subscription {
    pub(super) owner: String,
    pub(super) position: u64,
}

#[derive(Debug)]
pub(super) struct Letter {
    pub(super) message: Message,
    /// Kept after it was consumed, so that a repeated send is known.
    pub(super) consumed: bool,
}

impl Entry {
    pub(super) fn has_mail(&self) -> bool {
        self.mail.iter().any(|letter| !letter.consumed)
    }
}

impl State {
    /// Changes an entry, and keeps the index true to it.
    pub(super) fn change<T>(&mut self, id: &str, change: impl FnOnce(&mut Entry) -> T) -> Option<T> {
        let entry = self.entries.get_mut(id)?;
        self.index.remove(&entry.execution);
        let answer = change(entry);
        self.index.insert(&entry.execution);
        Some(answer)
    }

    pub(super) fn load(&self, id: &str) -> Option<Execution> {
        self.entries.get(id).map(|entry| entry.execution.clone())
    }

    pub(super) fn create(&mut self, new: &NewExecution) -> Result<Created, StoreError> {
        let before = self.entries.get(&*new.id).map(|entry| &entry.execution);
        let (run, revision) = match (before, new.replaces) {
            (None, None) => (1, 1),
            (Some(before), Some(ended)) if before.revision == ended && before.status.is_finished() => {
                (before.run + 1, ended + 1)
            }
            (Some(before), None) => return Ok(Created::Exists(Box::new(before.clone()))),
            (_, Some(_)) => return Err(StoreError::Lost { id: new.id.to_string() }),
        };
        let mut entry = match self.entries.remove(&*new.id) {
            Some(mut entry) => {
                self.index.remove(&entry.execution);
                entry.mail.iter_mut().for_each(|letter| letter.consumed = true);
                entry.execution = new.begun(run, revision);
                entry
            }
            None => Entry { execution: new.begun(run, revision), journal: BTreeMap::new(), mail: Vec::new() },
        };
        entry.record(new.events.clone(), new.at);
        self.index.insert(&entry.execution);
        self.entries.insert(new.id.to_string(), entry);
        Ok(Created::New { run, revision })
    }

    pub(super) fn put_schedule(&mut self, schedule: Schedule, expected: Option<u64>) -> bool {
        if self.schedules.get(&schedule.name).map(|stored| stored.revision) != expected {
            return false;
        }
        let revision = expected.map_or(1, |expected| expected + 1);
        self.schedules.insert(schedule.name.clone(), Schedule { revision, ..schedule });
        true
    }

    pub(super) fn schedules(&self) -> Schedules {
        Schedules { readable: self.schedules.values().cloned().collect(), ..Schedules::default() }
    }

    pub(super) fn remove_schedule(&mut self, name: &str) -> bool {
        self.schedules.remove(name).is_some()
    }
}
