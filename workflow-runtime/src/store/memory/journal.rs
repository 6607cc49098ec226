//! Appending, reading back, the outbox, and forgetting.

use super::state::{Entry, State, Written};
use crate::store::{Append, Events, OutboxEvent, StoreError, StoredEvent};

impl Entry {
    pub(super) fn record(&mut self, events: Events, at: i64) {
        let journal = self.journal.entry(self.execution.run).or_default();
        let before = journal.last().map_or(0, |written| written.last);
        let last = before.saturating_add(u64::try_from(events.len()).unwrap_or(u64::MAX));
        journal.push(Written { at, last, events });
    }

    fn apply(&mut self, append: Append) {
        self.record(append.events, append.at);
        for letter in self.mail.iter_mut().filter(|letter| append.consumed.contains(&letter.message.id)) {
            letter.consumed = true;
        }
        let mailed = self.has_mail();
        let ended = append.status.is_finished();
        let execution = &mut self.execution;
        execution.revision += 1;
        execution.status = append.status;
        execution.updated = append.at;
        execution.retries = append.retries;
        execution.ended = ended.then_some(append.at);
        execution.due = append.due;
        if append.result.is_some() {
            execution.result = append.result;
        }
        if append.error.is_some() {
            execution.error = append.error;
        }
        if append.release || ended {
            execution.owner = None;
            if mailed {
                execution.due = Some(append.due.unwrap_or(append.at).min(append.at));
            }
        }
    }
}

impl State {
    pub(super) fn append(&mut self, mut append: Append) -> Result<(), StoreError> {
        let lost = self.entries.get(&*append.id).is_none_or(|entry| {
            entry.execution.owner.as_deref() != Some(&*append.owner) || entry.execution.revision != append.revision
        });
        if lost {
            return Err(StoreError::Lost { id: append.id.to_string() });
        }
        for event in std::mem::take(&mut append.outbox) {
            self.released += 1;
            let position = self.released;
            let execution = append.id.to_string();
            let event = OutboxEvent { position, execution, name: event.name, data: event.data, at: append.at };
            self.outbox.insert(position, event);
        }
        let id = append.id.clone();
        self.change(&id, |entry| entry.apply(append));
        Ok(())
    }

    pub(super) fn history(&self, id: &str, run: u32) -> Result<Vec<StoredEvent>, StoreError> {
        let mut events = Vec::new();
        for Written { at, last, events: written } in
            self.entries.get(id).and_then(|entry| entry.journal.get(&run)).into_iter().flatten()
        {
            let read = Events::read(written.text(), *at, *last);
            events.extend(read.map_err(|detail| StoreError::corrupt("journal", id, detail))?);
        }
        Ok(events)
    }

    pub(super) fn outbox(&self, after: u64, limit: usize) -> Vec<OutboxEvent> {
        self.outbox.range(after.saturating_add(1)..).take(limit).map(|(_, event)| event.clone()).collect()
    }

    pub(super) fn prune(&mut self, ended_before: i64, limit: usize) -> usize {
        let old = self.entries.values().map(|entry| &entry.execution);
        let old = old.filter(|execution| execution.owner.is_none() && execution.status.is_finished());
        let mut old: Vec<_> = old
            .filter_map(|execution| Some((execution.ended.filter(|ended| *ended < ended_before)?, &execution.id)))
            .collect();
        old.sort_unstable();
        let old: Vec<String> = old.into_iter().take(limit).map(|(_, id)| id.clone()).collect();
        for id in &old {
            self.entries.remove(id);
        }
        let seen = self.subscribers.values().map(|subscription| subscription.position).min().unwrap_or(u64::MAX);
        self.outbox.retain(|position, event| *position > seen || event.at >= ended_before);
        let index = &self.index;
        self.leases.retain(|owner, until| *until >= ended_before || index.owned_by(owner).next().is_some());
        old.len()
    }
}
