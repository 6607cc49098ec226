//! Errors of a step: retryable unless said otherwise, and data once the workflow handles them.

use std::fmt;

use anyhow::anyhow;
use serde::{Deserialize, Serialize};

/// A step's failure as data: what a handled `.await` binds, what a journal records, and a convenient error to return.
///
/// Its `Display` is the step's own error text. Where the original error still exists (in process),
/// [`WorkflowError::downcast_ref`](crate::WorkflowError::downcast_ref) finds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepError {
    step: String,
    message: String,
    permanent: bool,
}

impl StepError {
    /// An error with this text, worth another attempt.
    pub fn new(message: impl Into<String>) -> Self {
        Self { step: String::new(), message: message.into(), permanent: false }
    }

    /// No attempt can succeed: the retry policy is not asked.
    #[must_use]
    pub fn permanent(mut self) -> Self {
        self.permanent = true;
        self
    }

    /// Whether further attempts are pointless.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        self.permanent
    }

    /// The node that failed, such as `reserve` or `for#1[3]/charge`; empty for an error that a step made itself.
    #[must_use]
    pub fn step(&self) -> &str {
        &self.step
    }

    /// The step's own error text, with its causes.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn of(step: String, error: &anyhow::Error) -> Self {
        Self { step, message: format!("{error:#}"), permanent: is_permanent(error) }
    }
}

impl fmt::Display for StepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for StepError {}

/// The wrapper that carries an error through `?` without losing that it is permanent.
struct PermanentError(anyhow::Error);

impl fmt::Debug for PermanentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for PermanentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl std::error::Error for PermanentError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

pub(crate) fn permanent(error: anyhow::Error) -> anyhow::Error {
    anyhow::Error::new(PermanentError(error))
}

/// Whether `.permanent()` was said anywhere along the chain of `error`.
#[must_use]
pub fn is_permanent(error: &anyhow::Error) -> bool {
    error.is::<PermanentError>()
        || error.chain().any(|cause| {
            cause.is::<PermanentError>() || cause.downcast_ref::<StepError>().is_some_and(StepError::is_permanent)
        })
}

/// The error inside a permanent one, or the error itself: what downcasts look at.
pub(crate) fn original(error: &anyhow::Error) -> &anyhow::Error {
    match error.downcast_ref::<PermanentError>() {
        Some(marked) => original(&marked.0),
        None => error,
    }
}

/// Says that no attempt can succeed, on an error or on the `Err` of a result.
///
/// ```
/// use workflow_runtime::{Permanent, is_permanent};
///
/// fn parse(text: &str) -> anyhow::Result<u32> {
///     Ok(text.parse::<u32>().permanent()?) // a typo does not heal by itself
/// }
/// assert!(is_permanent(&parse("twelve").unwrap_err()));
/// ```
pub trait Permanent {
    /// The same value, marked.
    type Marked;

    /// Marks it.
    fn permanent(self) -> Self::Marked;
}

impl<T, E: Into<anyhow::Error>> Permanent for Result<T, E> {
    type Marked = Result<T, anyhow::Error>;

    fn permanent(self) -> Self::Marked {
        self.map_err(|error| permanent(error.into()))
    }
}

impl Permanent for anyhow::Error {
    type Marked = anyhow::Error;

    fn permanent(self) -> anyhow::Error {
        permanent(self)
    }
}

/// The error that stands for a panic, with the panic's text.
pub(crate) fn panicked(payload: &(dyn std::any::Any + Send)) -> anyhow::Error {
    let text = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    anyhow!("panicked: {text}")
}
