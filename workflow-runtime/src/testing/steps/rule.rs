//! What is to go wrong, and where.

use std::fmt;
use std::sync::Arc;

use crate::execute::without_items;
use crate::graph::NodeKind;
use crate::interpose::Place;

use super::plan::StepFault;

/// Which nodes a rule is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Node {
    /// What a person calls it: a path, with or without the numbers of items, the last part of one, or the step.
    Named(String),
    /// The path, as it runs.
    Exactly(String),
}

impl Node {
    /// Whether this is the node at `path`, which runs `step`, if it runs one.
    fn is(&self, path: &str, step: Option<&str>) -> bool {
        match self {
            Self::Exactly(exactly) => exactly == path,
            Self::Named(name) => {
                let place = without_items(path);
                let last = place.rsplit('/').next().unwrap_or_default();
                name == path || *name == place || name == last || Some(name.as_str()) == step
            }
        }
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Named(name) | Self::Exactly(name)) = self;
        f.write_str(name)
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) node: Node,
    pub(crate) undo: bool,
    pub(crate) fault: StepFault,
    /// How many attempts of one node it strikes; `None` for all of them.
    pub(crate) times: Option<u32>,
}

impl Rule {
    /// The node at which this attempt is one that the rule is about, if it is.
    pub(super) fn at<'p>(&self, place: &'p Place) -> Option<&'p Arc<str>> {
        match (self.undo, place.compensating, &place.asked_by) {
            (true, true, _) | (false, false, _) => {
                self.node.is(&place.path, Some(place.info.name())).then_some(&place.path)
            }
            // Of an `undo!` the step is the compensation, which other nodes may run too.
            (false, true, Some(undo)) => self.node.is(undo, None).then_some(undo),
            _ => None,
        }
    }

    /// Whether it is about the node at `path` of this kind, which is no step.
    pub(super) fn is_about(&self, kind: NodeKind, path: &str) -> bool {
        let possible = match self.fault {
            StepFault::Cancel => matches!(kind, NodeKind::Sleep | NodeKind::Signal),
            StepFault::TimeOut => kind == NodeKind::Signal,
            _ => false,
        };
        possible && !self.undo && self.times != Some(0) && self.node.is(path, None)
    }

    /// What the rule does, as the end of a sentence that begins with the plan.
    pub(super) fn wanted(&self) -> String {
        let what = match self.fault {
            StepFault::Fail => "to fail",
            StepFault::FailAfterEffect => "to fail after its effect",
            StepFault::Panic => "to panic",
            StepFault::TimeOut => "to time out",
            StepFault::Slow(_) => "to take long",
            StepFault::Repeat => "to run twice",
            StepFault::Cancel => "to be where the execution is cancelled",
        };
        if self.undo { format!("the undo of `{}` {what}", self.node) } else { format!("`{}` {what}", self.node) }
    }
}
