//! What flows along the edges of a graph: owned, recordable values, erased where the executor holds them.

use std::any::Any;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

/// An owned value that can be recorded: what steps take and return, and what a `let` of a workflow binds.
///
/// Implemented for every type that is `Serialize + DeserializeOwned + Clone + Send + Sync + 'static`; derive the first
/// three and the rest follows.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be recorded as data",
    label = "this is not `Serialize + DeserializeOwned + Clone + Send + Sync + 'static`",
    note = "help: add `#[derive(Clone, serde::Serialize, serde::Deserialize)]` to an owned type; `collect()` an iterator and clone what is borrowed",
    note = "help: a service is not data: borrow it (`&Inventory`) and let the container lend it"
)]
pub trait Data: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static> Data for T {}

/// The types of [`Data`], as a bound without supertraits: rustc reports a type that lacks three of them once, not three
/// times.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be recorded as data",
    label = "this is not `Serialize + DeserializeOwned + Clone + Send + Sync + 'static`",
    note = "help: add `#[derive(Clone, serde::Serialize, serde::Deserialize)]` to an owned type; `collect()` an iterator and clone what is borrowed",
    note = "help: a service is not data: borrow it (`&Inventory`) and let the container lend it"
)]
pub trait Recordable {
    /// The type itself.
    type Data: Data;
}

#[diagnostic::do_not_recommend]
impl<T: Data> Recordable for T {
    type Data = T;
}

/// A type by its own name, whatever it lacks. With it a signature tells the graph its types as they are written: one
/// that cannot be recorded is refused there, and is known in every workflow that mentions it.
pub trait Itself {
    /// The type itself.
    type Type;
}

impl<T> Itself for T {
    type Type = T;
}

/// A recorded value whose type only its producer and its readers know.
pub type Recorded = Arc<dyn Value>;

/// The erased side of [`Data`].
pub trait Value: Any + Send + Sync {
    /// The value as JSON, the form in which stores keep it.
    ///
    /// # Errors
    /// When the type's `Serialize` refuses, for example a map whose keys are not strings.
    fn to_json(&self) -> serde_json::Result<Vec<u8>>;

    /// The value as a store would give it back: through JSON.
    ///
    /// # Errors
    /// When it cannot be written, cannot be read, or is another one afterwards.
    fn round_trip(&self) -> anyhow::Result<Recorded>;

    /// The value as one piece of JSON text, for a record around it.
    ///
    /// # Errors
    /// As for [`to_json`](Value::to_json).
    fn to_raw(&self) -> serde_json::Result<Box<RawValue>>;

    /// The name of the type, for messages.
    fn type_name(&self) -> &'static str;
}

impl<T: Data> Value for T {
    fn to_json(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(self)
    }

    fn round_trip(&self) -> anyhow::Result<Recorded> {
        let written = serde_json::to_vec(self)?;
        let read: T = serde_json::from_slice(&written)?;
        anyhow::ensure!(serde_json::to_vec(&read)? == written, "it is another value when it is read back");
        Ok(record(read))
    }

    fn to_raw(&self) -> serde_json::Result<Box<RawValue>> {
        serde_json::value::to_raw_value(self)
    }

    fn type_name(&self) -> &'static str {
        std::any::type_name::<T>()
    }
}

/// Turns a typed value into a recorded one.
#[inline]
pub fn record<T: Data>(value: T) -> Recorded {
    Arc::new(value)
}

/// What is known of a type where its values are read back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decode {
    read: fn(&str) -> serde_json::Result<Recorded>,
    /// The type's name and shape.
    #[cfg(feature = "testing")]
    pub(crate) described: fn() -> crate::shape::TypeOf,
}

/// The [`Decode`] of the type `T`.
pub(crate) const fn decode<T: Data>() -> Decode {
    Decode {
        read: |json| serde_json::from_str::<T>(json).map(record),
        #[cfg(feature = "testing")]
        described: crate::shape::TypeOf::of::<T>,
    }
}

impl Decode {
    /// Reads a recorded value back.
    pub(crate) fn read(self, json: &str) -> serde_json::Result<Recorded> {
        (self.read)(json)
    }
}

/// The typed value behind a recorded one, without copying; `None` when it is of another type.
#[inline]
pub(crate) fn peek<T: 'static>(value: &Recorded) -> Option<&T> {
    let any: &dyn Any = &**value;
    any.downcast_ref()
}

/// Takes the typed value out of a recorded one, cloning only when somebody else still holds it; `None` when it is of
/// another type.
#[inline]
pub(crate) fn take<T: Data>(value: Recorded) -> Option<T> {
    let any: Arc<dyn Any + Send + Sync> = value;
    any.downcast::<T>().ok().map(Arc::unwrap_or_clone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recorded_value_comes_back_with_its_type() {
        let value = record(vec![1_u32, 2]);
        assert_eq!(peek::<Vec<u32>>(&value), Some(&vec![1, 2]));
        assert_eq!(peek::<u32>(&value), None);
        assert_eq!(value.to_json().ok().as_deref(), Some(b"[1,2]".as_slice()));
        assert_eq!(take::<Vec<u32>>(value), Some(vec![1, 2]));
    }
}
