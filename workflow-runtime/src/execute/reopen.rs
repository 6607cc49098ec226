//! Going on after the end: undoing a completed execution, and undoing again what could not be undone.

use super::fiber::{Activation, Kind};
use super::log::Entry;
use super::machine::{End, Machine, Stop};
use super::rollback::{After, Undoing};

impl<C: 'static> Machine<C> {
    /// Undoes a completed execution, unless there is no way back.
    pub(super) fn undo_completed(&mut self) {
        let Some(End::Completed { .. }) = self.end else { return };
        if self.past_pivot {
            return;
        }
        self.end = None;
        let entries = self.fibers.get_mut(self.first).map(|fiber| std::mem::take(&mut fiber.log));
        self.reopen(entries.unwrap_or_default(), After::End { failures: Vec::new(), stop: Some(Stop::Undone) });
    }

    /// Undoes again what gave up, newest first.
    pub(super) fn undo_again(&mut self) {
        let Some(End::RolledBack { failures, stop, .. }) =
            self.end.take_if(|end| matches!(end, End::RolledBack { past_pivot: false, .. }))
        else {
            return;
        };
        self.aside().report.not_undone.clear();
        let entries =
            std::mem::take(&mut self.aside().gave_up).into_iter().rev().map(Box::new).map(Entry::Again).collect();
        self.reopen(entries, After::End { failures, stop });
    }

    fn reopen(&mut self, entries: Vec<Entry<C>>, after: After) {
        if let Some(fiber) = self.fibers.get_mut(self.first) {
            let kind = Kind::Undo(Box::new(Undoing { entries, after, gave_up: false }));
            fiber.stack.push(Activation { nodes: &[], at: 0, scope: 0, kind });
            self.ready.push_back(self.first);
        }
    }
}
