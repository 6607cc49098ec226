//! Events that a workflow emits, released when it has completed.

use std::fmt;

use crate::data::{Data, Recorded, peek, record};

/// An event emitted by `emit!` or [`StepContext::emit`](crate::StepContext::emit).
#[derive(Clone)]
pub struct Event {
    value: Recorded,
}

impl Event {
    pub(crate) fn new<E: Data>(event: E) -> Self {
        Self { value: record(event) }
    }

    pub(crate) fn from_recorded(value: Recorded) -> Self {
        Self { value }
    }

    /// The event, if it is an `E`.
    #[must_use]
    pub fn downcast_ref<E: Data>(&self) -> Option<&E> {
        peek(&self.value)
    }

    /// The name of the event's type.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        self.value.type_name()
    }

    /// The event as JSON.
    ///
    /// # Errors
    /// When the type's `Serialize` refuses.
    pub fn to_json(&self) -> serde_json::Result<Vec<u8>> {
        self.value.to_json()
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = self.to_json().unwrap_or_default();
        write!(f, "{} {}", self.type_name(), String::from_utf8_lossy(&json))
    }
}
