//! Messages to an execution: signals wait here until somebody waits for them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::graph::SignalNode;
use crate::journal::Signal;
use crate::store::Message;
use crate::type_name;

/// The kind of a message that carries a signal.
pub(crate) const SIGNAL: &str = "signal";
/// The kind of a message that asks to stop and roll back.
pub(crate) const CANCEL: &str = "cancel";

/// The mail of one execution.
#[derive(Default)]
pub(super) struct Mail {
    unread: VecDeque<Message>,
    seen: BTreeSet<String>,
    /// Signals that nobody has got yet, by number.
    signals: BTreeMap<u64, Signal>,
    arrived: u64,
}

impl Mail {
    /// Takes what is in the inbox, each message once.
    pub(super) fn fetch(&mut self, inbox: Vec<Message>) {
        for message in inbox {
            if self.seen.insert(message.id.clone()) {
                self.unread.push_back(message);
            }
        }
    }

    pub(super) fn read(&mut self) -> Option<Message> {
        self.unread.pop_front()
    }

    /// A signal has arrived.
    pub(super) fn arrived(&mut self, signal: Signal) {
        self.signals.insert(self.arrived, signal);
        self.arrived += 1;
    }

    pub(super) fn take(&mut self, number: u64) -> Option<Signal> {
        self.signals.remove(&number)
    }

    /// The first signal that one of these waits is for, and the place of that wait.
    pub(super) fn match_up(&self, waiting: &[&'static SignalNode]) -> Option<(u64, usize)> {
        self.signals.iter().find_map(|(number, signal)| {
            waiting.iter().position(|node| is_for(signal, node)).map(|place| (*number, place))
        })
    }
}

fn is_for(signal: &Signal, node: &SignalNode) -> bool {
    signal.workflow == node.workflow
        && signal.type_name == type_name::without_paths(node.type_name)
        && signal.name.as_ref().is_none_or(|name| name == node.name)
}
