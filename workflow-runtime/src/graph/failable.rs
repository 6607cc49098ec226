//! Nodes that can fail, at the moment when the workflow says what becomes of a failure.

use std::fmt;
use std::marker::PhantomData;

use crate::data::{Data, record};
use crate::step::StepError;

use super::builder::GraphBuilder;
use super::env::Env;
use super::handle::{Handle, Slot};
use super::join::Join;
use super::node::{Catch, Eval, Node};

use crate::data::Recorded;

/// A node that is about to be added: [`required`](Calling::required) rolls the workflow back when it fails,
/// [`handled`](Calling::handled) makes its failure a value.
#[must_use = "the node is added by `.required()` or `.handled()`"]
pub struct Calling<'b, C: 'static, T> {
    builder: &'b mut GraphBuilder<C>,
    node: Node<C>,
    slot: Slot,
    of: PhantomData<fn() -> T>,
}

impl<C: 'static, T> fmt::Debug for Calling<'_, C, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Calling").field("slot", &self.slot).finish_non_exhaustive()
    }
}

// No bound on `T` where none is needed: that it is no data is told once, where the node is begun.
impl<'b, C: 'static, T> Calling<'b, C, T> {
    pub(crate) fn new(builder: &'b mut GraphBuilder<C>, node: Node<C>, slot: Slot) -> Self {
        Self { builder, node, slot, of: PhantomData }
    }

    /// Adds the node; its failure rolls the workflow back. This is `.await?`.
    pub fn required(self) -> Handle<T> {
        self.builder.push(self.node);
        Handle::new(self.slot)
    }
}

impl<C: 'static, T: Data> Calling<'_, C, T> {
    /// Adds the node; its failure is a value. This is `.await` without `?`.
    pub fn handled(mut self) -> Handle<Result<T, StepError>> {
        let raw = Handle::<T>::new(self.slot);
        let slot = self.builder.slot();
        let ok: Eval<Recorded> = Box::new(move |env| record(Ok::<T, StepError>(env.get(raw).clone())));
        self.node.catch(Catch { slot, ok, err: |error| record(Err::<T, StepError>(error)) });
        self.builder.push(self.node);
        Handle::new(slot)
    }
}

/// A `parallel!` that is about to be added, with the handles of its branches.
#[must_use = "the group is added by `.required()`, `.joined()` or `.handled()`"]
pub struct Joining<'b, C: 'static, P> {
    builder: &'b mut GraphBuilder<C>,
    node: Node<C>,
    handles: P,
}

impl<C: 'static, P> fmt::Debug for Joining<'_, C, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Joining").finish_non_exhaustive()
    }
}

impl<'b, C: 'static, P: Join> Joining<'b, C, P> {
    pub(crate) fn new(builder: &'b mut GraphBuilder<C>, node: Node<C>, handles: P) -> Self {
        Self { builder, node, handles }
    }

    /// Adds the group and gives the values of its branches one by one.
    pub fn required(self) -> P {
        self.builder.push(self.node);
        self.handles
    }

    /// Adds the group and gives the values of its branches as one tuple.
    pub fn joined(self) -> Handle<P::Value> {
        let handles = self.handles;
        self.builder.push(self.node);
        self.builder.pure("", &[], move |env: &Env<'_>| handles.gather(env))
    }

    /// Adds the group; when a branch fails, the group is undone and the failure is a value.
    pub fn handled(mut self) -> Handle<Result<P::Value, StepError>> {
        let handles = self.handles;
        let slot = self.builder.slot();
        let ok: Eval<Recorded> = Box::new(move |env| record(Ok::<P::Value, StepError>(handles.gather(env))));
        self.node.catch(Catch { slot, ok, err: |error| record(Err::<P::Value, StepError>(error)) });
        self.builder.push(self.node);
        Handle::new(slot)
    }
}

impl<C: 'static> Node<C> {
    /// Lets the node's failure become a value.
    fn catch(&mut self, catch: Catch) {
        match self {
            Self::Step(node) => node.catch = Some(catch),
            Self::Child(node) => node.catch = Some(catch),
            Self::Loop(node) => node.catch = Some(catch),
            Self::Parallel(node) => node.catch = Some(catch),
            Self::Signal(node) => node.catch = Some(catch),
            Self::Undo(node) => node.catch = Some(catch),
            Self::Pure(_) | Self::Forward { .. } | Self::Emit { .. } | Self::Branch(_) | Self::Sleep(_) => {}
        }
    }
}
