//! How executions end.

use crate::data::{Recorded, record};
use crate::event;
use crate::graph::ScopeId;

use super::fiber::NodeFailure;
use super::log::{events, peek_events};
use super::machine::Machine;
use super::nodes::Flow;

/// Why a whole execution is stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stop {
    Cancelled,
    /// The workflow's timeout fired while it was at this node.
    TimedOut {
        at: String,
    },
    /// Somebody undid it after it had completed.
    Undone,
}

/// How an execution ended.
pub(crate) enum End {
    Completed {
        output: Recorded,
        events: Vec<event::Event>,
    },
    /// Rolled back as far as the report says.
    RolledBack(Box<RolledBack>),
}

/// How an execution ended that did not complete.
pub(crate) struct RolledBack {
    pub(crate) failures: Vec<NodeFailure>,
    pub(crate) stop: Option<Stop>,
    pub(crate) past_pivot: bool,
    pub(crate) events: Vec<event::Event>,
}

impl<C: 'static> Machine<C> {
    /// The workflow has given its value.
    pub(super) fn complete(&mut self, scope: ScopeId) -> Flow {
        let mut emitted = Vec::new();
        let output = if self.recall.is_some() {
            // It may still be undone.
            peek_events(&self.log, &mut emitted);
            self.scopes.get(scope, self.program.output).cloned()
        } else {
            events(std::mem::take(&mut self.log), &mut emitted);
            self.scopes.take(scope, self.program.output)
        };
        let output = output.unwrap_or_else(|| record(()));
        if let Some(aside) = &mut self.aside {
            emitted.append(&mut aside.rollback_events);
        }
        self.close(End::Completed { output, events: emitted });
        Flow::Wait
    }

    /// Nothing is left to undo.
    pub(super) fn finish(&mut self, failures: Vec<NodeFailure>, stop: Option<Stop>) {
        let events = self.aside.as_mut().map(|aside| std::mem::take(&mut aside.rollback_events)).unwrap_or_default();
        self.close(End::RolledBack(Box::new(RolledBack { failures, stop, past_pivot: self.past_pivot, events })));
    }

    fn close(&mut self, end: End) {
        if let Some(deadline) = self.aside.as_mut().and_then(|aside| aside.deadline.take()) {
            self.withdraw(deadline);
        }
        if self.recall.is_some() {
            // Its report is asked for in any case.
            self.aside();
        }
        self.end = Some(end);
    }
}
