//! Whether executions that are under way go on with today's definition of their workflow.

mod compare;
mod snapshot;

use std::fmt;
use std::io;
use std::path::Path;

use crate::services::Blueprint;
use crate::step::RunsOn;
use crate::workflow::Workflow;

use compare::Comparing;
use snapshot::Snapshot;

/// Set to `1`, it writes snapshots instead of comparing with them.
const UPDATE: &str = "UPDATE_GRAPHS";

/// One difference between a snapshot and today's graph.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// The node; empty for the workflow itself.
    pub node: String,
    /// What has changed, in words.
    pub what: String,
    /// What that does to executions that are under way.
    pub effect: Effect,
}

/// What a change does to executions that are under way.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// Some of them are parked, or roll back in another way: which ones, in words.
    Parks(String),
    /// All of them go on.
    Fine,
    /// All of them go on, under another retry, timeout or limit.
    Policy,
}

/// How today's graph of a workflow compares with a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compatibility {
    workflow: &'static str,
    changes: Vec<Change>,
}

impl Compatibility {
    /// What has changed, in the order of the graph.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Whether every execution that is under way goes on.
    #[must_use]
    pub fn parks_none(&self) -> bool {
        !self.changes.iter().any(|change| matches!(change.effect, Effect::Parks(_)))
    }

    /// Whether nothing but policies has changed, so that the snapshot still stands for the graph.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.changes.iter().all(|change| change.effect == Effect::Policy)
    }
}

impl fmt::Display for Compatibility {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.changes.is_empty() {
            return write!(f, "the graph of `{}` is the one of the snapshot", self.workflow);
        }
        write!(f, "the graph of `{}` differs from the snapshot:", self.workflow)?;
        for Change { node, what, effect } in &self.changes {
            let node = if node.is_empty() { self.workflow } else { node };
            write!(f, "\n  `{node}`: {what}")?;
            match effect {
                Effect::Parks(whom) => write!(f, "\n      parks executions: {whom}")?,
                Effect::Fine => f.write_str("\n      fine")?,
                Effect::Policy => f.write_str("\n      fine: a policy")?,
            }
        }
        Ok(())
    }
}

/// Compares today's graph of `W` with the snapshot in a file.
///
/// # Errors
/// When the file cannot be read, or is no snapshot.
pub fn compare_graph<W: Workflow + RunsOn<Blueprint>>(file: impl AsRef<Path>) -> io::Result<Compatibility> {
    let text = std::fs::read_to_string(&file)?;
    let was: Snapshot = serde_json::from_str(&text)?;
    let mut comparing = Comparing::default();
    comparing.snapshots(&was, &Snapshot::of::<W>());
    Ok(Compatibility { workflow: W::INFO.name, changes: comparing.changes })
}

/// Asserts that executions which began with the graph in a committed file go on with today's: a test for CI.
///
/// The file holds the workflow's nodes and the shapes of the types that are recorded there, as far as their `Deserialize`
/// shows them. `UPDATE_GRAPHS=1 cargo test` writes it. The assertion fails when executions would be parked, and tells which
/// and by what; it also fails on changes that park none, such as a step at the end, until the file is written anew, so that
/// later changes to what is new are seen. Changed policies pass, and are told on the standard error.
///
/// ```
/// use anyhow::Result;
/// use workflow_runtime::prelude::*;
/// use workflow_runtime::testing::assert_compatible;
///
/// #[step]
/// async fn greet(name: String) -> Result<String> { Ok(format!("hello, {name}")) }
///
/// workflow! {
///     async fn welcome(name: String) -> Result<String> { greet(name).await }
/// }
///
/// # let directory = std::env::temp_dir().join(format!("graphs-{}", std::process::id()));
/// # std::fs::create_dir_all(&directory)?;
/// # let file = directory.join("welcome.graph.json");
/// # workflow_runtime::testing::write_graph::<welcome>(&file)?;
/// // In a test, with a path such as "tests/welcome.graph.json":
/// assert_compatible::<welcome>(&file);
/// # std::fs::remove_dir_all(directory)?;
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Panics
/// That is what it is for.
#[track_caller]
pub fn assert_compatible<W: Workflow + RunsOn<Blueprint>>(file: impl AsRef<Path>) {
    let file = file.as_ref();
    if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
        let written = write_graph::<W>(file);
        assert!(written.is_ok(), "the snapshot `{}` cannot be written: {written:?}", file.display());
        return;
    }
    let compared = compare_graph::<W>(file).map_err(|error| {
        format!(
            "the snapshot `{}` cannot be read: {error}; write it with `{UPDATE}=1 cargo test` and commit it",
            file.display()
        )
    });
    let advice = |compatibility: &Compatibility| {
        let advice = if compatibility.parks_none() {
            "no execution is parked by this: take it into the snapshot with"
        } else {
            "give the definition another `#[workflow(version = ..)]` and register the old one beside it; or, when none of \
             these executions is under way anywhere, take it into the snapshot with"
        };
        format!("{compatibility}\n{advice} `{UPDATE}=1 cargo test`")
    };
    let failure = match &compared {
        Err(error) => Some(error.clone()),
        Ok(compatibility) if compatibility.holds() => None,
        Ok(compatibility) => Some(advice(compatibility)),
    };
    assert!(failure.is_none(), "{}", failure.unwrap_or_default());
    if let Ok(compatibility) = compared
        && !compatibility.changes.is_empty()
    {
        eprintln!("{compatibility}");
    }
}

/// Writes today's graph of `W` as a snapshot.
///
/// # Errors
/// When the file cannot be written.
pub fn write_graph<W: Workflow + RunsOn<Blueprint>>(file: impl AsRef<Path>) -> io::Result<()> {
    let text = serde_json::to_string_pretty(&Snapshot::of::<W>())?;
    std::fs::write(file, text + "\n")
}
