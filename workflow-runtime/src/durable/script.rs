//! A stored journal, sorted into what the machine recalls and what the host plays back.

use std::collections::{BTreeMap, VecDeque};

use crate::execute::Recall;
use crate::journal::{Began, Op, OpKind, Record, State};
use crate::store::StoredEvent;

/// What is left of a journal to be played back.
#[derive(Default)]
pub(crate) struct Script {
    began: BTreeMap<Op, VecDeque<Began>>,
    /// What came from outside, in order: completions, signals, requests.
    pub(super) played: VecDeque<Record>,
    /// How often the machine will say again that it rolls back, and that it has ended.
    pub(super) rollbacks: usize,
    pub(super) ends: usize,
}

impl Script {
    /// Sorts a journal.
    ///
    /// # Errors
    /// The text says what is wrong with the journal.
    pub(crate) fn read(journal: Vec<StoredEvent>) -> Result<(Self, Recall, State), String> {
        let (mut script, mut recall, mut state) = (Self::default(), Recall::default(), State::new());
        for event in journal {
            let record = Record::from_stored(event)?;
            state = state.next(&record).map_err(|illegal| illegal.to_string())?;
            match record {
                Record::Chose(path, choice) => {
                    recall.choices.insert(path, choice);
                }
                Record::Items(path, items) => {
                    recall.items.insert(path, items);
                }
                Record::Began(op, mut began) => {
                    if let Some(input) = began.input.take() {
                        recall.inputs.entry(op.path.to_string()).or_default().push_back(input);
                    }
                    script.began.entry(op).or_default().push_back(began);
                }
                Record::RollingBack => script.rollbacks += 1,
                Record::Ended(_) => {
                    script.ends += 1;
                }
                played => script.played.push_back(played),
            }
        }
        Ok((script, recall, state))
    }

    /// The intent of an operation that the machine begins, if it is recorded.
    pub(super) fn begun(&mut self, op: &Op) -> Option<Began> {
        let waiting = self.began.get_mut(op)?;
        let began = waiting.pop_front();
        if waiting.is_empty() {
            self.began.remove(op);
        }
        began
    }

    /// An intent that the machine never came to.
    pub(super) fn left_over(&self) -> Option<&Op> {
        // A timeout is a policy: it may go.
        self.began.keys().find(|op| op.kind != OpKind::Deadline)
    }
}
