//! What is to go wrong, and where.

use std::fmt;

use crate::execute::without_items;
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
    pub(crate) fn is_at(&self, place: &Place) -> bool {
        match self {
            Self::Exactly(path) => **path == *place.path,
            Self::Named(name) => {
                let path = without_items(&place.path);
                let last = path.rsplit('/').next().unwrap_or_default();
                *name == path || *name == *place.path || name == last || name == place.info.name()
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
