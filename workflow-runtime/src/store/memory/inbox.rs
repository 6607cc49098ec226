//! Mail to executions.

use super::state::{Entry, Letter, State};
use crate::store::{Message, NewMessage, Sent};

impl Entry {
    fn unread(&self) -> impl Iterator<Item = &Message> {
        self.mail.iter().filter(|letter| !letter.consumed).map(|letter| &letter.message)
    }
}

impl State {
    pub(super) fn send(&mut self, new: NewMessage) -> Sent {
        let Some(entry) = self.entries.get(&new.execution) else { return Sent::NoSuchExecution };
        if entry.mail.iter().any(|letter| letter.message.id == new.id) {
            return Sent::Delivered;
        }
        if entry.execution.status.is_finished() {
            return Sent::Ended(entry.execution.status);
        }
        let NewMessage { id, execution, kind, name, data, at } = new;
        self.change(&execution.clone(), |entry| {
            let message = Message { id, execution, kind, name, data, at };
            entry.mail.push(Letter { message, consumed: false });
            if entry.execution.owner.is_none() {
                entry.execution.due = Some(entry.execution.due.unwrap_or(at).min(at));
            }
        });
        Sent::Delivered
    }

    pub(super) fn inbox(&self, id: &str) -> Vec<Message> {
        self.entries.get(id).into_iter().flat_map(Entry::unread).cloned().collect()
    }

    pub(super) fn mail(&self, owner: &str) -> Vec<Message> {
        let held = self.index.owned_by(owner).filter_map(|id| self.entries.get(id));
        let mut mail: Vec<Message> = held.flat_map(Entry::unread).cloned().collect();
        mail.sort_by_key(|message| message.at);
        mail
    }
}
