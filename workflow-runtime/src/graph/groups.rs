//! Nodes with blocks inside: conditions, groups and loops.

use std::fmt;
use std::marker::PhantomData;

use crate::data::{Data, Recorded, decode, record, take};

use super::builder::GraphBuilder;
use super::env::Env;
use super::failable::{Calling, Joining};
use super::handle::{Arm, Given, Handle, Out, Read, Taken};
use super::join::Join;
use super::node::{ArmNode, BranchBlock, BranchNode, LoopNode, Node, ParallelNode};

/// The arms of a condition, while it is built.
pub struct Arms<'b, C: 'static> {
    builder: &'b mut GraphBuilder<C>,
    path: String,
    arms: Vec<ArmNode<C>>,
}

impl<C: 'static> fmt::Debug for Arms<'_, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Arms").field("path", &self.path).finish_non_exhaustive()
    }
}

impl<C: 'static> Arms<'_, C> {
    /// Adds an arm, whose block sees the values that its pattern binds. Arms are added in the order of their numbers.
    pub fn arm<B: Data>(
        &mut self,
        arm: Arm<B>,
        label: &'static str,
        build: impl FnOnce(&mut GraphBuilder<C>, Handle<B>) -> Given,
    ) {
        let bound = self.builder.slot();
        let prefix = format!("{}/{}/", self.path, arm.index);
        let (block, Given(())) = self.builder.block(prefix, |builder| build(builder, Handle::new(bound)));
        self.arms.push(ArmNode { label, bound, decode: decode::<B>(), block });
    }
}

/// The branches of a group, while it is built.
pub struct Branches<'b, C: 'static> {
    builder: &'b mut GraphBuilder<C>,
    path: String,
    branches: Vec<BranchBlock<C>>,
}

impl<C: 'static> fmt::Debug for Branches<'_, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Branches").field("path", &self.path).finish_non_exhaustive()
    }
}

impl<C: 'static> Branches<'_, C> {
    /// Adds a branch, which runs beside the others.
    pub fn branch<T: Data>(&mut self, build: impl FnOnce(&mut GraphBuilder<C>, Out<T>) -> Given) -> Handle<T> {
        let slot = self.builder.slot();
        let prefix = format!("{}/{}/", self.path, self.branches.len());
        let (block, Given(())) = self.builder.block(prefix, |builder| build(builder, Out::new(slot)));
        self.branches.push(BranchBlock { block });
        Handle::new(slot)
    }
}

impl<C: 'static> GraphBuilder<C> {
    /// Chooses one of several arms, once. `kind` is `if` or `match`; `choose` takes one of the [`Arm`]s that `arms` adds.
    pub fn branch<T: Data>(
        &mut self,
        kind: &'static str,
        reads: &[Read],
        choose: impl Fn(&Env<'_>) -> Taken + Send + Sync + 'static,
        arms: impl FnOnce(&mut Arms<'_, C>, Out<T>),
    ) -> Handle<T> {
        let path = self.path(kind, true);
        let slot = self.slot();
        let mut building = Arms { builder: self, path, arms: Vec::new() };
        arms(&mut building, Out::new(slot));
        let Arms { path, arms, .. } = building;
        self.push(Node::Branch(BranchNode { path, choose: Box::new(choose), arms, reads: reads.to_vec(), slot }));
        Handle::new(slot)
    }

    /// Runs branches beside each other. `build` adds them and gives the tuple of their handles.
    pub fn parallel<P: Join>(&mut self, build: impl FnOnce(&mut Branches<'_, C>) -> P) -> Joining<'_, C, P> {
        let path = self.path("parallel", true);
        let mut building = Branches { builder: self, path, branches: Vec::new() };
        let handles = build(&mut building);
        let Branches { path, branches, .. } = building;
        Joining::new(self, Node::Parallel(ParallelNode { path, branches, catch: None }), handles)
    }

    /// Runs a block for each item, one after the other, and collects what the blocks give.
    pub fn for_each<I: Data, T: Data>(
        &mut self,
        reads: &[Read],
        items: impl Fn(&Env<'_>) -> Items<I> + Send + Sync + 'static,
        body: impl FnOnce(&mut GraphBuilder<C>, Handle<I>, Out<T>) -> Given,
    ) -> Calling<'_, C, Vec<T>> {
        self.looping("for", None, reads, items, body)
    }

    /// Runs a block for each item, at most `at_most` of them at a time, and collects what they give in the order of the
    /// items.
    pub fn parallel_for<I: Data, T: Data>(
        &mut self,
        at_most: Option<usize>,
        reads: &[Read],
        items: impl Fn(&Env<'_>) -> Items<I> + Send + Sync + 'static,
        body: impl FnOnce(&mut GraphBuilder<C>, Handle<I>, Out<T>) -> Given,
    ) -> Calling<'_, C, Vec<T>> {
        self.looping("parallel", Some(at_most.unwrap_or(usize::MAX).max(1)), reads, items, body)
    }

    fn looping<I: Data, T: Data>(
        &mut self,
        kind: &'static str,
        concurrency: Option<usize>,
        reads: &[Read],
        items: impl Fn(&Env<'_>) -> Items<I> + Send + Sync + 'static,
        body: impl FnOnce(&mut GraphBuilder<C>, Handle<I>, Out<T>) -> Given,
    ) -> Calling<'_, C, Vec<T>> {
        let path = self.path(kind, true);
        let slot = self.slot();
        self.slots.push(0);
        let item = self.slot();
        let given = self.slot();
        // Paths inside a body begin with the item's own prefix, which only a run knows.
        let (body, Given(())) = self.block(String::new(), |builder| body(builder, Handle::new(item), Out::new(given)));
        let slots = self.slots.pop().unwrap_or_default() as usize;
        let node = Node::Loop(LoopNode {
            path,
            items: Box::new(move |env| items(env).recorded),
            decode: decode::<I>(),
            collect: collect::<T>,
            concurrency,
            item,
            body,
            slots,
            given,
            reads: reads.to_vec(),
            slot,
            catch: None,
        });
        Calling::new(self, node, slot)
    }
}

/// The items of a loop, recorded: they may come from an iterator that borrows the values from which they are made.
pub struct Items<I> {
    recorded: Vec<Recorded>,
    of: PhantomData<fn() -> I>,
}

impl<I> fmt::Debug for Items<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Items({})", self.recorded.len())
    }
}

/// What a loop goes through.
#[diagnostic::on_unimplemented(
    message = "this loop goes through `{Self}`, which cannot be recorded",
    label = "is not `Serialize + DeserializeOwned + Clone + Send + Sync + 'static`",
    note = "help: loop over the values themselves, `for item in items`, without `&` and `.iter()`: the loop has a clone of its own",
    note = "help: an iterator that borrows gives owned items after `.cloned()` or a `.map(..)`"
)]
pub trait Item: Data {}

#[diagnostic::do_not_recommend]
impl<I: Data> Item for I {}

impl<I: Item> Items<I> {
    /// All that it yields.
    #[must_use]
    pub fn of(items: impl IntoIterator<Item = I>) -> Self {
        Self { recorded: items.into_iter().map(record).collect(), of: PhantomData }
    }
}

fn collect<T: Data>(values: Vec<Recorded>) -> Recorded {
    record(values.into_iter().filter_map(take::<T>).collect::<Vec<T>>())
}
