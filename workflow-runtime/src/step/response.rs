//! What a step may return besides a plain value: a separate undo payload, or a partial failure.

use std::fmt;

/// A step's result whose undo payload differs from its output.
///
/// ```
/// use workflow_runtime::StepResponse;
///
/// async fn create_user(name: String) -> anyhow::Result<StepResponse<String, u64>> {
///     let id = 17; // what the undo needs, and nobody else
///     Ok(StepResponse::new(format!("user {name}"), id))
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepResponse<T, U> {
    pub(crate) output: T,
    pub(crate) payload: U,
}

impl<T, U> StepResponse<T, U> {
    /// `output` goes on along the graph; `payload` is kept for the compensation only.
    pub fn new(output: T, payload: U) -> Self {
        Self { output, payload }
    }

    /// The output, as a test of the plain function wants to see it.
    pub fn output(&self) -> &T {
        &self.output
    }

    /// The undo payload.
    pub fn payload(&self) -> &U {
        &self.payload
    }

    /// Both parts.
    pub fn into_parts(self) -> (T, U) {
        (self.output, self.payload)
    }
}

/// The error of a step that can fail half-way: what went wrong, and what has to be undone all the same.
///
/// `?` turns every error into a `Partial` without payload, which is a failure like any other.
///
/// ```
/// use workflow_runtime::Partial;
///
/// async fn import(rows: Vec<u64>) -> Result<Vec<u64>, Partial<Vec<u64>>> {
///     let mut done = Vec::new();
///     for row in rows {
///         if row == 13 {
///             return Err(Partial::new(anyhow::anyhow!("row 13 is refused"), done));
///         }
///         done.push(row);
///     }
///     Ok(done)
/// }
/// ```
pub struct Partial<U> {
    pub(crate) error: anyhow::Error,
    pub(crate) payload: Option<U>,
}

impl<U> Partial<U> {
    /// The step failed with `error` after it had done what `payload` describes.
    pub fn new(error: impl Into<anyhow::Error>, payload: U) -> Self {
        Self { error: error.into(), payload: Some(payload) }
    }

    /// The error.
    pub fn error(&self) -> &anyhow::Error {
        &self.error
    }

    /// What was done before the failure; `None` for an error that came through `?`.
    pub fn payload(&self) -> Option<&U> {
        self.payload.as_ref()
    }

    /// No attempt can succeed: the retry policy is not asked.
    #[must_use]
    pub fn permanent(mut self) -> Self {
        self.error = super::error::permanent(self.error);
        self
    }
}

impl<U, E: Into<anyhow::Error>> From<E> for Partial<U> {
    fn from(error: E) -> Self {
        Self { error: error.into(), payload: None }
    }
}

impl<U: fmt::Debug> fmt::Debug for Partial<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Partial").field("error", &self.error).field("payload", &self.payload).finish()
    }
}

impl<U> fmt::Display for Partial<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}
