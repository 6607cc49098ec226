//! An observer that remembers, and asserts.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::observe::{Observation, Observed, Watcher};

/// Remembers what happened, as it happens, and says it in lines that a test can read. Clones share their memory.
///
/// A step is called by its node, a compensation `undo` and the node: `reserve`, `for#1[3]/charge`, `undo reserve`. A
/// recorder is for one execution at a time.
///
/// ```
/// use anyhow::{Result, bail};
/// use workflow_runtime::prelude::*;
/// use workflow_runtime::testing::Recorder;
///
/// #[step(compensate = release)]
/// async fn reserve(sku: String) -> Result<String> { Ok(sku) }
/// #[step]
/// async fn release(_sku: String) -> Result<()> { Ok(()) }
/// #[step(retry(attempts = 2, backoff = "10ms..10ms"))]
/// async fn charge() -> Result<()> { bail!("card declined") }
///
/// workflow! {
///     async fn place_order(sku: String) -> Result<()> {
///         reserve(sku).await?;
///         charge().await
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let recorder = Recorder::new();
/// place_order("mug".into()).observer(&recorder).run(&()).await.unwrap_err();
/// recorder.assert_order(["reserve", "charge", "undo reserve"]);
/// assert_eq!(recorder.attempts("charge"), 2);
/// assert_eq!(recorder.to_string(), "\
/// reserve: done
/// charge: attempt 1 failed: card declined
/// charge: failed: card declined
/// undo reserve: done
/// compensated: workflow `place_order` failed at `charge` after 2 attempts: card declined; undone: reserve
/// ");
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct Recorder {
    seen: Arc<Mutex<Vec<Observation>>>,
}

impl Recorder {
    /// A recorder that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn seen(&self) -> MutexGuard<'_, Vec<Observation>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything that was observed, in order.
    #[must_use]
    pub fn observations(&self) -> Vec<Observation> {
        self.seen().clone()
    }

    /// Forgets what it has seen.
    pub fn clear(&self) {
        self.seen().clear();
    }

    /// The steps and compensations in the order in which their first attempts began.
    #[must_use]
    pub fn order(&self) -> Vec<String> {
        self.seen()
            .iter()
            .filter_map(|seen| began(&seen.event))
            .filter(|(_, attempt)| *attempt == 1)
            .map(|(name, _)| name)
            .collect()
    }

    /// How many attempts of a node began: `charge`, or `undo charge`.
    #[must_use]
    pub fn attempts(&self, node: &str) -> usize {
        self.seen().iter().filter_map(|seen| began(&seen.event)).filter(|(name, _)| name == node).count()
    }

    /// Asserts that exactly these steps and compensations began, in this order.
    ///
    /// # Panics
    /// When it was otherwise, with what it was.
    #[track_caller]
    pub fn assert_order<const N: usize>(&self, expected: [&str; N]) {
        let order = self.order();
        assert!(
            order == expected,
            "expected the order {}\nbut it was         {}\n{self}",
            list(&expected),
            list(&order)
        );
    }

    /// Asserts that the first attempt of `first` began before that of `second`, and that both did.
    ///
    /// # Panics
    /// When it was otherwise, with what it was.
    #[track_caller]
    pub fn assert_before(&self, first: &str, second: &str) {
        let order = self.order();
        let at = |name: &str| order.iter().position(|seen| seen == name);
        let holds = matches!((at(first), at(second)), (Some(first), Some(second)) if first < second);
        assert!(holds, "expected `{first}` before `{second}`, but the order was {}\n{self}", list(&order));
    }
}

fn list<S: AsRef<str>>(names: &[S]) -> String {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    format!("[{}]", names.join(", "))
}

fn began(event: &Observed) -> Option<(String, u32)> {
    match event {
        Observed::StepBegan(at) => Some((at.node.clone(), at.attempt)),
        Observed::CompensationBegan(at) => Some((format!("undo {}", at.node), at.attempt)),
        _ => None,
    }
}

impl fmt::Display for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for seen in self.seen().iter() {
            match &seen.event {
                Observed::StepSucceeded(at) => writeln!(f, "{}: done", at.node)?,
                Observed::StepRetrying { at, error, .. } => {
                    writeln!(f, "{}: attempt {} failed: {error}", at.node, at.attempt)?;
                }
                Observed::StepFailed { at, error } => writeln!(f, "{}: failed: {error}", at.node)?,
                Observed::StepSkipped(at) => writeln!(f, "{}: skipped", at.node)?,
                Observed::CompensationSucceeded(at) => writeln!(f, "undo {}: done", at.node)?,
                Observed::CompensationRetrying { at, error, .. } => {
                    writeln!(f, "undo {}: attempt {} failed: {error}", at.node, at.attempt)?;
                }
                Observed::CompensationFailed { at, error } => writeln!(f, "undo {}: gave up: {error}", at.node)?,
                Observed::WriteRetrying { error, .. } => writeln!(f, "not yet written: {error}")?,
                Observed::WriteFailed { error } => writeln!(f, "not written: {error}")?,
                Observed::WorkflowCompleted => writeln!(f, "completed")?,
                Observed::WorkflowFailed { status, error } => writeln!(f, "{status}: {error}")?,
                Observed::StepBegan(_) | Observed::CompensationBegan(_) => {}
            }
        }
        Ok(())
    }
}

impl From<&Recorder> for Watcher {
    fn from(recorder: &Recorder) -> Self {
        let recorder = recorder.clone();
        Self::at_once(move |seen| recorder.seen().push(seen))
    }
}
