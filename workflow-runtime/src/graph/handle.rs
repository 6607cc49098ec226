//! Typed names of places in a graph. All of them are `Copy` and hold no value.

use std::fmt;
use std::marker::PhantomData;

use crate::data::{Data, Recorded, record};

/// Where a value will be at run time: the depth of its scope, and its place in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Slot {
    pub(crate) depth: u32,
    pub(crate) index: u32,
}

/// The value that a node will have, typed.
pub struct Handle<T> {
    pub(crate) slot: Slot,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Handle<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Handle<T> {}

impl<T> fmt::Debug for Handle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Handle<{}>({}.{})", std::any::type_name::<T>(), self.slot.depth, self.slot.index)
    }
}

impl<T> Handle<T> {
    pub(crate) fn new(slot: Slot) -> Self {
        Self { slot, of: PhantomData }
    }

    /// The same handle, for a `let` with a type annotation. `same` is `|value| -> U { value }` and is never called: it
    /// lets rustc compare the two types as those of one expression.
    #[must_use]
    pub fn typed<U>(self, same: fn(T) -> U) -> Handle<U> {
        let _ = same;
        Handle::new(self.slot)
    }

    /// Says that a node reads this value.
    #[must_use]
    pub fn whole(self) -> Read {
        Read { slot: self.slot, field: "" }
    }

    /// Says that a node reads a field of this value, such as `"address.city"`.
    #[must_use]
    pub fn at(self, field: &'static str) -> Read {
        Read { slot: self.slot, field }
    }
}

/// A `Result` where a workflow has one that it does not use: rustc warns of it as everywhere else.
///
/// # Errors
/// Never: there is no value yet.
pub fn result_of<T, E>(_: Handle<Result<T, E>>) -> Result<(), E> {
    Ok(())
}

/// That a node reads a value, or a field of it: an edge of the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Read {
    pub(crate) slot: Slot,
    pub(crate) field: &'static str,
}

/// Where the value of a block goes: the tail of a workflow, an arm, a branch or a loop body.
pub struct Out<T> {
    pub(crate) slot: Slot,
    /// Who gives a value need not know that it is data: that is told once, where the block is begun.
    pub(crate) record: fn(T) -> Recorded,
}

impl<T> Clone for Out<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Out<T> {}

impl<T> fmt::Debug for Out<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Out<{}>({}.{})", std::any::type_name::<T>(), self.slot.depth, self.slot.index)
    }
}

impl<T: Data> Out<T> {
    pub(crate) fn new(slot: Slot) -> Self {
        Self { slot, record: record::<T> }
    }
}

/// The proof that a block gave its value.
#[derive(Debug)]
#[must_use = "a block ends by giving its value: return this token from its closure"]
pub struct Given(pub(crate) ());

/// One arm of a condition, typed by the values that its pattern binds.
pub struct Arm<B> {
    pub(crate) index: u32,
    of: PhantomData<fn() -> B>,
}

impl<B> Clone for Arm<B> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<B> Copy for Arm<B> {}

impl<B> fmt::Debug for Arm<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Arm({})", self.index)
    }
}

impl<B> Arm<B> {
    /// The arm number `index`, counted from 0 in the order in which the arms are added.
    #[must_use]
    pub fn new(index: u32) -> Self {
        Self { index, of: PhantomData }
    }

    /// The condition chooses this arm, with these bindings.
    #[must_use]
    pub fn take(self, bound: B) -> Taken
    where
        B: Bound,
    {
        Taken { index: self.index, bound: record(bound) }
    }
}

/// What an arm of a condition binds.
#[diagnostic::on_unimplemented(
    message = "this arm binds `{Self}`, which cannot be recorded",
    label = "is not `Serialize + DeserializeOwned + Clone + Send + Sync + 'static`",
    note = "help: choose by the value itself, `if let Some(part) = whole.part`, without `&` and `.as_ref()`: what the arm binds is a clone of its own",
    note = "help: of an owned type of yours, `#[derive(Clone, serde::Serialize, serde::Deserialize)]` makes data"
)]
pub trait Bound: Data {}

#[diagnostic::do_not_recommend]
impl<B: Data> Bound for B {}

/// The choice that a condition made.
pub struct Taken {
    pub(crate) index: u32,
    pub(crate) bound: Recorded,
}

impl fmt::Debug for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Taken({})", self.index)
    }
}
