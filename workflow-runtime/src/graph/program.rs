//! A finished graph on one container type.

use std::fmt;
use std::sync::Arc;

use crate::data::Data;
use crate::workflow::{Programs, Workflow, WorkflowInfo};

use super::builder::GraphBuilder;
use super::handle::{Given, Handle, Out, Slot};
use super::node::Node;
#[cfg(feature = "engine")]
use super::node::SignalNode;

/// Nodes that run one after the other.
pub(crate) struct Block<C: 'static> {
    pub(crate) nodes: Vec<Node<C>>,
}

impl<C: 'static> Block<C> {
    /// How many of its nodes leave something to undo.
    fn undoable(&self) -> usize {
        let leaves = |node: &&Node<C>| match node {
            Node::Step(step) => step.def.undo.is_some(),
            Node::Child(_) | Node::Loop(_) | Node::Parallel(_) => true,
            _ => false,
        };
        self.nodes.iter().filter(leaves).count()
    }

    /// Every `signal!` in it, also those of child workflows.
    #[cfg(feature = "engine")]
    pub(crate) fn signals(&'static self) -> Vec<&'static SignalNode> {
        let within = |node: &'static Node<C>| match node {
            Node::Signal(signal) => vec![signal],
            Node::Child(child) => child.def.program().root.signals(),
            Node::Branch(branch) => branch.arms.iter().flat_map(|arm| arm.block.signals()).collect(),
            Node::Loop(node) => node.body.signals(),
            Node::Parallel(group) => group.branches.iter().flat_map(|branch| branch.block.signals()).collect(),
            _ => Vec::new(),
        };
        self.nodes.iter().flat_map(within).collect()
    }
}

/// The graph of a workflow on the container type `C`: built once, then shared by all executions.
pub struct Program<C: 'static> {
    pub(crate) info: WorkflowInfo,
    pub(crate) root: Block<C>,
    pub(crate) slots: usize,
    /// How long its undo log becomes, about.
    pub(crate) undoable: usize,
    pub(crate) input: Slot,
    pub(crate) output: Slot,
}

impl<C: 'static> fmt::Debug for Program<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Program")
            .field("info", &self.info)
            .field("nodes", &self.root.nodes.len())
            .finish_non_exhaustive()
    }
}

impl<C: 'static> Program<C> {
    /// Builds a graph that takes an `I` and gives an `O`: what `workflow!` does behind its block.
    pub(crate) fn build<I, O: Data>(
        info: WorkflowInfo,
        build: impl FnOnce(&mut GraphBuilder<C>, Handle<I>, Out<O>) -> Given,
    ) -> Self {
        let mut builder = GraphBuilder::new(info.name);
        let input = builder.slot();
        let output = builder.slot();
        let Given(()) = build(&mut builder, Handle::new(input), Out::new(output));
        let (root, slots) = builder.finish();
        let undoable = root.undoable();
        Self { info, root, slots, undoable, input, output }
    }
}

/// What builds the graph of a workflow from `I` to `O` on the container `C`.
pub type Build<C, I, O> = fn(&mut GraphBuilder<C>, Handle<I>, Out<O>) -> Given;

/// A workflow bound to a container type, whose graph is built when it is first needed.
pub struct WorkflowDef<C: 'static> {
    info: WorkflowInfo,
    find: Arc<dyn Fn() -> &'static Program<C> + Send + Sync>,
}

impl<C: 'static> Clone for WorkflowDef<C> {
    fn clone(&self) -> Self {
        Self { info: self.info, find: Arc::clone(&self.find) }
    }
}

impl<C: 'static> fmt::Debug for WorkflowDef<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkflowDef").field("info", &self.info).finish_non_exhaustive()
    }
}

impl<C: 'static> WorkflowDef<C> {
    pub(crate) fn new<W: Workflow>(build: Build<C, W::Input, W::Output>) -> Self {
        let programs: &'static Programs = W::programs();
        Self { info: W::INFO, find: Arc::new(move || programs.get::<W, C>(|| Program::build(W::INFO, build))) }
    }

    pub(crate) fn program(&self) -> &'static Program<C> {
        (self.find)()
    }
}

impl<C: 'static> WorkflowDef<C> {
    pub(crate) fn name(&self) -> &'static str {
        self.info.name
    }
}
