//! Going on after the end: undoing a completed execution, and undoing again what could not be undone.

use crate::graph::Scopes;

use super::end::{End, Stop};
use super::fiber::Inside;
use super::log::{Entry, Log};
use super::machine::Machine;
use super::rollback::{After, Undoing};
use super::stack::Activation;

impl<C: 'static> Machine<C> {
    /// Undoes a completed execution, unless there is no way back.
    pub(super) fn undo_completed(&mut self) {
        let Some(End::Completed { .. }) = self.end else { return };
        if self.past_pivot {
            return;
        }
        self.end = None;
        let entries = std::mem::take(&mut self.log);
        self.reopen(entries, After::End { failures: Vec::new(), stop: Some(Stop::Undone) });
    }

    /// Undoes again what gave up, newest first.
    pub(super) fn undo_again(&mut self) {
        let Some(End::RolledBack(ended)) =
            self.end.take_if(|end| matches!(end, End::RolledBack(ended) if !ended.past_pivot))
        else {
            return;
        };
        self.aside().report.not_undone.clear();
        let entries =
            std::mem::take(&mut self.aside().gave_up).into_iter().rev().map(Box::new).map(Entry::Again).collect();
        self.reopen(entries, After::End { failures: ended.failures, stop: ended.stop });
    }

    fn reopen(&mut self, entries: Log<C>, after: After) {
        if let Some(fiber) = self.fibers.get_mut(Self::FIRST) {
            let undoing = Inside::Undo(Undoing::new(entries, after));
            fiber.stack.push(Activation::of(Scopes::OF_WORKFLOW, undoing));
            self.ready.push_back(Self::FIRST);
        }
    }
}
