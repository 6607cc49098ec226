//! Looking through what is stored.

use super::{Damaged, Execution, ExecutionStatus};

/// Which executions to list; an empty filter matches all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Only this workflow.
    pub workflow: Option<String>,
    /// Only these statuses; empty for all.
    pub statuses: Vec<ExecutionStatus>,
    /// Only those created at this time or later.
    pub created_from: Option<i64>,
    /// Only those created before this time.
    pub created_before: Option<i64>,
    /// Only ids that begin so.
    pub id_prefix: Option<String>,
    /// Where the page before ended.
    pub after: Option<Cursor>,
    /// How many at most.
    pub limit: usize,
}

impl Default for Filter {
    fn default() -> Self {
        Self {
            workflow: None,
            statuses: Vec::new(),
            created_from: None,
            created_before: None,
            id_prefix: None,
            after: None,
            limit: 100,
        }
    }
}

/// The end of a page.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    /// When the last execution of the page was created.
    pub created: i64,
    /// Its id.
    pub id: String,
}

/// One page of executions, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// The executions.
    pub executions: Vec<Summary>,
    /// Those of the page that cannot be read.
    pub damaged: Vec<Damaged>,
    /// Where the next page goes on; `None` on the last one. Executions that begin meanwhile do not shift it.
    pub next: Option<Cursor>,
}

/// An execution without its payloads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Its id.
    pub id: String,
    /// The name of the workflow.
    pub workflow: String,
    /// The version of the definition with which it started.
    pub version: u32,
    /// Where it stands.
    pub status: ExecutionStatus,
    /// The how manieth run this is under its id.
    pub run: u32,
    /// Who works on it.
    pub owner: Option<String>,
    /// When it wants to be claimed, if nobody has it.
    pub due: Option<i64>,
    /// When it was created.
    pub created: i64,
    /// When it was last written.
    pub updated: i64,
    /// When it ended.
    pub ended: Option<i64>,
}

impl Summary {
    /// The cursor of a page that ends here.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        Cursor { created: self.created, id: self.id.clone() }
    }
}

impl From<&Execution> for Summary {
    fn from(execution: &Execution) -> Self {
        Self {
            id: execution.id.clone(),
            workflow: execution.workflow.clone(),
            version: execution.version,
            status: execution.status,
            run: execution.run,
            owner: execution.owner.clone(),
            due: execution.due,
            created: execution.created,
            updated: execution.updated,
            ended: execution.ended,
        }
    }
}

impl Filter {
    /// Whether an execution belongs to what is asked for, wherever the page begins.
    #[must_use]
    pub fn matches(&self, execution: &Execution) -> bool {
        self.workflow.as_ref().is_none_or(|workflow| *workflow == execution.workflow)
            && (self.statuses.is_empty() || self.statuses.contains(&execution.status))
            && self.created_from.is_none_or(|from| execution.created >= from)
            && self.created_before.is_none_or(|before| execution.created < before)
            && self.id_prefix.as_ref().is_none_or(|prefix| execution.id.starts_with(prefix.as_str()))
    }
}
