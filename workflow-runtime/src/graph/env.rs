//! The values of a running execution: scopes of slots, and the view that pure expressions get.

use std::sync::Arc;

use crate::data::{Recorded, peek};
use crate::table::Table;

use super::handle::{Handle, Slot};

pub(crate) type ScopeId = u32;

/// One scope at run time: the workflow itself, or one item of a loop.
struct Scope {
    depth: u32,
    parent: Option<ScopeId>,
    /// What the paths of the nodes inside begin with, such as `for#1[3]/`.
    prefix: Option<Arc<str>>,
    slots: Box<[Option<Recorded>]>,
}

/// All scopes of an execution.
#[derive(Default)]
pub(crate) struct Scopes {
    scopes: Table<Scope>,
    /// Whether every value goes through JSON, as a store would do with it.
    pub(crate) round_trip: bool,
    /// Why a value did not come back from there.
    pub(crate) unreadable: Option<anyhow::Error>,
}

impl Scopes {
    /// The scope of the workflow itself, the first that is opened and one that is never closed.
    pub(crate) const OF_WORKFLOW: ScopeId = 0;

    /// Opens a scope. Without a parent it is that of a workflow, which sees nothing around it.
    pub(crate) fn open(&mut self, parent: Option<ScopeId>, slots: usize, prefix: Option<Arc<str>>) -> ScopeId {
        let depth = parent.and_then(|parent| self.scopes.get(parent)).map_or(0, |parent| parent.depth + 1);
        self.scopes.insert(Scope { depth, parent, prefix, slots: (0..slots).map(|_| None).collect() })
    }

    pub(crate) fn close(&mut self, scope: ScopeId) {
        self.scopes.try_remove(scope);
    }

    #[inline]
    pub(crate) fn prefix(&self, scope: ScopeId) -> Option<&Arc<str>> {
        self.scopes.get(scope).and_then(|scope| scope.prefix.as_ref())
    }

    /// The scope, at or above `scope`, in which `slot` lives.
    #[inline]
    pub(crate) fn home(&self, scope: ScopeId, slot: Slot) -> Option<ScopeId> {
        let mut id = scope;
        loop {
            let found = self.scopes.get(id)?;
            if found.depth == slot.depth {
                return Some(id);
            }
            id = found.parent?;
        }
    }

    #[inline]
    pub(crate) fn get(&self, scope: ScopeId, slot: Slot) -> Option<&Recorded> {
        let home = self.home(scope, slot)?;
        self.scopes.get(home)?.slots.get(slot.index as usize)?.as_ref()
    }

    /// The value as a store would give it back, where that is asked for.
    pub(crate) fn as_stored(&mut self, value: Recorded) -> Recorded {
        if !self.round_trip {
            return value;
        }
        match value.round_trip() {
            Ok(value) => value,
            Err(error) => {
                let what = format!("a `{}` cannot be stored", value.type_name());
                self.unreadable = Some(error.context(what));
                value
            }
        }
    }

    #[inline]
    pub(crate) fn set(&mut self, scope: ScopeId, slot: Slot, value: Recorded) {
        let value = if self.round_trip { self.as_stored(value) } else { value };
        if let Some(here) = self.scopes.get_mut(scope)
            && here.depth == slot.depth
            && let Some(place) = here.slots.get_mut(slot.index as usize)
        {
            *place = Some(value);
            return;
        }
        self.set_above(scope, slot, value);
    }

    fn set_above(&mut self, scope: ScopeId, slot: Slot, value: Recorded) {
        if let Some(home) = self.home(scope, slot)
            && let Some(place) = self.scopes.get_mut(home).and_then(|home| home.slots.get_mut(slot.index as usize))
        {
            *place = Some(value);
        }
    }

    #[inline]
    pub(crate) fn take(&mut self, scope: ScopeId, slot: Slot) -> Option<Recorded> {
        let home = self.home(scope, slot)?;
        self.scopes.get_mut(home)?.slots.get_mut(slot.index as usize)?.take()
    }

    #[inline]
    pub(crate) fn view(&self, scope: ScopeId) -> Env<'_> {
        Env { scopes: self, scope, here: self.scopes.get(scope) }
    }
}

/// What a pure expression sees: the recorded values of the scopes around it.
pub struct Env<'e> {
    scopes: &'e Scopes,
    scope: ScopeId,
    /// The scope itself: most values that an expression reads are there.
    here: Option<&'e Scope>,
}

impl std::fmt::Debug for Env<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Env").field("scope", &self.scope).finish_non_exhaustive()
    }
}

impl<'e> Env<'e> {
    /// The value behind a handle.
    ///
    /// # Panics
    /// When the handle belongs to another graph, or to a branch that was not taken. `workflow!` writes no such code; in
    /// a graph built by hand the execution fails with this panic as its error.
    #[must_use]
    #[inline]
    pub fn get<T: 'static>(&self, handle: Handle<T>) -> &'e T {
        match self.value(handle.slot).and_then(peek) {
            Some(value) => value,
            None => missing(handle),
        }
    }

    // Not generic: what `get` adds for each type is a comparison.
    fn value(&self, slot: Slot) -> Option<&'e Recorded> {
        match self.here {
            Some(here) if here.depth == slot.depth => here.slots.get(slot.index as usize)?.as_ref(),
            _ => self.scopes.get(self.scope, slot),
        }
    }
}

#[cold]
#[expect(clippy::panic, reason = "a reference must come back; the executor contains panics of pure expressions")]
fn missing<T>(handle: Handle<T>) -> ! {
    panic!("{handle:?} has no value here: it belongs to another graph or to a branch that was not taken")
}
