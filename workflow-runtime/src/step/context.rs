//! What the engine lends to a step that asks for it.

use std::sync::{Arc, Mutex, PoisonError};

use crate::data::Data;
use crate::event::Event;
use crate::execution::RunInfo;

/// The end of a compensation's idempotency key.
const UNDO: &str = "/undo";

/// What a step can know about its own execution, lent by the engine to a step that takes `&StepContext`.
///
/// ```
/// use workflow_runtime::StepContext;
///
/// async fn charge(cents: u64, ctx: &StepContext) -> anyhow::Result<String> {
///     // The key is the same for every attempt, so the gateway can tell a retry from a second charge.
///     Ok(format!("{cents} cents under {}", ctx.idempotency_key()))
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> anyhow::Result<()> {
/// assert_eq!(charge(5, &StepContext::for_test()).await?, "5 cents under test/step");
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct StepContext {
    run: RunInfo,
    key: String,
    path_start: usize,
    attempt: u32,
    compensating: bool,
    events: Mutex<Vec<Event>>,
}

impl StepContext {
    /// A context for calling a step as the plain function that it is.
    #[must_use]
    pub fn for_test() -> Self {
        Attempt { run: &RunInfo::for_test(), prefix: None, path: "step", attempt: 1, compensating: false }.context()
    }

    /// The id of the execution.
    #[must_use]
    pub fn execution_id(&self) -> &str {
        self.run.id()
    }

    /// The name of the workflow.
    #[must_use]
    pub fn workflow(&self) -> &'static str {
        self.run.workflow()
    }

    /// `{execution id}/{node path}`: the same for every attempt, after a crash, and on every host. That of a
    /// compensation ends in `/undo`. In an id, `/`, `~` and `%` are written as in a URL (`%2F`), so that no two steps of any
    /// executions have one key.
    #[must_use]
    pub fn idempotency_key(&self) -> &str {
        &self.key
    }

    /// The idempotency key of the step itself, also while it is compensated: what a compensation asks a service about
    /// when it is told [`Outcome::Unknown`](crate::Outcome::Unknown).
    ///
    /// ```
    /// use workflow_runtime::{Outcome, StepContext};
    ///
    /// async fn refund(charge: Outcome<String>, ctx: &StepContext) -> anyhow::Result<String> {
    ///     // The bank knows the charge by its id, or by the key under which it was asked for it.
    ///     Ok(charge.payload().unwrap_or_else(|| ctx.step_key().to_owned()))
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> anyhow::Result<()> {
    /// assert_eq!(refund(Outcome::Unknown, &StepContext::for_test()).await?, "test/step");
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn step_key(&self) -> &str {
        if self.compensating { self.key.strip_suffix(UNDO).unwrap_or(&self.key) } else { &self.key }
    }

    /// The place in the graph, such as `reserve` or `for#1[3]/charge`.
    #[must_use]
    pub fn node_path(&self) -> &str {
        self.key.get(self.path_start..).unwrap_or_default()
    }

    /// Which attempt this is, counted from 1.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Whether the step runs as a compensation.
    #[must_use]
    pub fn is_compensating(&self) -> bool {
        self.compensating
    }

    /// Emits an event, which subscribers get when the workflow has completed; never if this attempt fails or the step
    /// is undone. What a compensation emits is released when the rollback has ended.
    pub fn emit<E: Data>(&self, event: E) {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).push(Event::new(event));
    }

    /// The events emitted so far, taken out: what the engine does after a success, and a unit test may do too.
    #[must_use]
    pub fn take_events(&self) -> Vec<Event> {
        std::mem::take(&mut *self.events.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// One attempt of a step, from which a context is made when the step wants one.
#[derive(Debug, Clone)]
pub struct Attempt<'a> {
    pub(crate) run: &'a RunInfo,
    pub(crate) prefix: Option<Arc<str>>,
    pub(crate) path: &'a str,
    pub(crate) attempt: u32,
    pub(crate) compensating: bool,
}

impl Attempt<'_> {
    /// The context of this attempt.
    #[must_use]
    pub fn context(&self) -> StepContext {
        let id = self.run.key();
        let prefix = self.prefix.as_deref().unwrap_or_default();
        let suffix = if self.compensating { UNDO } else { "" };
        StepContext {
            run: self.run.clone(),
            key: format!("{id}/{prefix}{}{suffix}", self.path),
            path_start: id.len() + 1,
            attempt: self.attempt,
            compensating: self.compensating,
            events: Mutex::new(Vec::new()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compensation_has_a_key_of_its_own_and_knows_that_of_its_step() {
        let run = RunInfo::for_test();
        let attempt = Attempt { run: &run, prefix: None, path: "charge", attempt: 1, compensating: true };
        let undo = attempt.context();
        assert_eq!((undo.idempotency_key(), undo.step_key()), ("test/charge/undo", "test/charge"));
        let step = Attempt { compensating: false, ..attempt }.context();
        assert_eq!((step.idempotency_key(), step.step_key()), ("test/charge", "test/charge"));
    }
}
