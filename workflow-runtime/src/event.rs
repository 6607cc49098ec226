//! Events that a workflow emits, released when it has completed.

use std::fmt;

use crate::data::{Data, Recorded, peek, record};
use crate::execute::Json;
use crate::type_name;

/// An event emitted by `emit!` or [`StepContext::emit`](crate::StepContext::emit).
#[derive(Clone)]
pub struct Event {
    name: String,
    body: Body,
}

#[derive(Clone)]
enum Body {
    Value(Recorded),
    /// As a journal has it.
    Stored(Json),
}

impl Event {
    pub(crate) fn new<E: Data>(event: E) -> Self {
        Self::from_recorded(record(event))
    }

    pub(crate) fn from_recorded(value: Recorded) -> Self {
        Self { name: type_name::without_paths(value.type_name()), body: Body::Value(value) }
    }

    pub(crate) fn stored(name: String, json: Json) -> Self {
        Self { name, body: Body::Stored(json) }
    }

    /// The event, if it is an `E`; one that was read from a journal has no type any more.
    #[must_use]
    pub fn downcast_ref<E: Data>(&self) -> Option<&E> {
        match &self.body {
            Body::Value(value) => peek(value),
            Body::Stored(_) => None,
        }
    }

    /// The name of the event's type, without the path of its module: `OrderPlaced`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The event as JSON.
    ///
    /// # Errors
    /// When the type's `Serialize` refuses.
    pub fn to_json(&self) -> serde_json::Result<Vec<u8>> {
        Ok(self.to_raw()?.get().as_bytes().to_vec())
    }

    pub(crate) fn to_raw(&self) -> serde_json::Result<Json> {
        match &self.body {
            Body::Value(value) => value.to_raw(),
            Body::Stored(json) => Ok(json.clone()),
        }
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = self.to_json().unwrap_or_default();
        write!(f, "{} {}", self.name, String::from_utf8_lossy(&json))
    }
}
