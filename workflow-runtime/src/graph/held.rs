//! Clones of recorded values, for what `workflow!` writes.

use std::fmt;

/// A place of a recorded value that an expression takes a clone of.
///
/// The clone is a method call, complete before it meets the expected type: where the two differ, rustc speaks of the
/// user's types and not of references to them.
pub struct Held<'h, T: ?Sized>(pub &'h T);

impl<T> Held<'_, T> {
    /// The clone.
    #[must_use]
    pub fn cloned(self) -> T
    where
        T: Clone,
    {
        self.0.clone()
    }
}

impl<T: ?Sized> fmt::Debug for Held<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held").finish_non_exhaustive()
    }
}
