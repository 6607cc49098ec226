//! What a run handle says to a running workflow.

use std::fmt;

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;

use crate::data::Recorded;
use crate::graph::SignalNode;
use crate::interpose::Cancel;

pub(crate) enum Control {
    Cancel(oneshot::Sender<Result<(), NotCancelled>>),
    Signal(Message),
}

/// Cancels the run behind `control`. The run hears of it before the step that asks goes on.
pub(crate) fn cancel_through(control: UnboundedSender<Control>) -> Cancel {
    std::sync::Arc::new(move |_| {
        // A run that has ended has nothing to cancel, and nobody waits for the answer.
        let _ = control.send(Control::Cancel(oneshot::channel().0));
        Box::pin(tokio::task::yield_now())
    })
}

/// A signal on its way.
pub(crate) struct Message {
    pub(crate) workflow: &'static str,
    pub(crate) name: Option<&'static str>,
    pub(crate) value: Recorded,
}

impl Message {
    /// Whether this wait is the one that the signal is for.
    pub(crate) fn is_for(&self, node: &SignalNode) -> bool {
        self.workflow == node.workflow
            && self.value.type_name() == node.type_name
            && self.name.is_none_or(|name| name == node.name)
    }
}

/// Why an execution was not cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotCancelled {
    /// The pivot has succeeded: the workflow goes forward to its end.
    PastPivot,
    /// It has ended already.
    Ended,
}

impl fmt::Display for NotCancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PastPivot => "the pivot has succeeded, so the workflow can only go forward to its end",
            Self::Ended => "the workflow has ended already",
        })
    }
}

impl std::error::Error for NotCancelled {}

/// A signal that reached nobody, because the workflow has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotDelivered;

impl fmt::Display for NotDelivered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the workflow has ended, so nobody waits for the signal")
    }
}

impl std::error::Error for NotDelivered {}
