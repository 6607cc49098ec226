//! The graph of a workflow as data: what it consists of, before anything runs.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::services::Blueprint;
use crate::step::{Retry, RunsOn, StepDef};
use crate::workflow::Workflow;

use super::handle::{Read, Slot};
use super::node::Node;
use super::program::{Block, Program};

/// The graph of a workflow: its nodes with their policies and compensations, and what flows between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Graph {
    name: &'static str,
    timeout: Option<Duration>,
    nodes: Vec<GraphNode>,
    edges: Vec<Edge>,
}

/// One node of a [`Graph`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GraphNode {
    /// Its place, such as `reserve` or `for#1/charge`: the durable identity of the node.
    pub path: String,
    /// What it is.
    pub kind: NodeKind,
    /// The step that it runs, or the workflow that it calls.
    pub runs: Option<&'static str>,
    /// The step that undoes it.
    pub compensation: Option<&'static str>,
    /// How often it may be attempted.
    pub retry: Option<Retry>,
    /// How long an attempt may take, or how long it waits.
    pub timeout: Option<Duration>,
    /// How often its compensation may be attempted.
    pub compensation_retry: Option<Retry>,
    /// Whether its compensation hears of doubt: whether it takes an [`Outcome`](crate::Outcome).
    pub hears_doubt: bool,
    /// Whether it is not run again when nobody knows whether it has run.
    pub at_most_once: bool,
    /// Whether there is no way back once it has succeeded.
    pub pivot: bool,
    /// Whether its failure is a value of the workflow.
    pub handled: bool,
    /// How many branches may run at a time; `None` where nothing bounds them.
    pub at_most: Option<usize>,
    /// The blocks inside, with their labels: arms, branches, a loop body, a child's nodes.
    pub blocks: Vec<(String, Vec<GraphNode>)>,
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NodeKind {
    /// A step.
    Step,
    /// A child workflow.
    Child,
    /// A condition.
    Branch,
    /// A sequential loop.
    Loop,
    /// A parallel loop.
    ParallelLoop,
    /// A group of branches.
    Parallel,
    /// A `sleep!`.
    Sleep,
    /// A `signal!`.
    Signal,
    /// An `emit!`.
    Emit,
    /// An `undo!`.
    Undo,
}

/// That the value of one node is read by another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// The node that gives the value, or `input`.
    pub from: String,
    /// The node that reads it, or `output`.
    pub to: String,
}

impl Graph {
    /// The name of the workflow.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The workflow's timeout.
    #[must_use]
    pub fn timeout(&self) -> Option<Duration> {
        self.timeout
    }

    /// The nodes, in the order in which they run.
    #[must_use]
    pub fn nodes(&self) -> &[GraphNode] {
        &self.nodes
    }

    /// All nodes, also those inside of others.
    pub fn all_nodes(&self) -> impl Iterator<Item = &GraphNode> {
        let mut left: Vec<&GraphNode> = self.nodes.iter().rev().collect();
        std::iter::from_fn(move || {
            let node = left.pop()?;
            left.extend(node.blocks.iter().rev().flat_map(|(_, nodes)| nodes.iter().rev()));
            Some(node)
        })
    }

    /// What flows between nodes.
    #[must_use]
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }
}

/// Describes the workflow `W`: what `place_order::graph()` calls.
#[must_use]
pub fn graph<W: Workflow + RunsOn<Blueprint>>() -> Graph {
    let mut describing = Describing::default();
    let nodes = crate::step::program::<W, Blueprint>().map_or_else(Vec::new, |program| describing.program(program, ""));
    let Describing { mut edges, .. } = describing;
    edges.sort();
    edges.dedup();
    Graph { name: W::INFO.name, timeout: W::INFO.timeout, nodes, edges }
}

/// Which nodes a value comes from, through the pure expressions in between.
type Sources = BTreeMap<Slot, Vec<String>>;

#[derive(Default)]
struct Describing {
    sources: Sources,
    edges: Vec<Edge>,
}

impl Describing {
    fn program(&mut self, program: &Program<Blueprint>, prefix: &str) -> Vec<GraphNode> {
        let outer = std::mem::take(&mut self.sources);
        let input = format!("{prefix}input");
        self.sources.insert(program.input, vec![input]);
        let nodes = self.block(&program.root, prefix);
        self.edge_from(program.output, &format!("{prefix}output"));
        self.sources = outer;
        nodes
    }

    fn block(&mut self, block: &Block<Blueprint>, prefix: &str) -> Vec<GraphNode> {
        block.nodes.iter().filter_map(|node| self.node(node, prefix)).collect()
    }

    fn origins(&self, reads: &[Read]) -> Vec<String> {
        let mut origins: Vec<String> =
            reads.iter().filter_map(|read| self.sources.get(&read.slot)).flatten().cloned().collect();
        origins.sort();
        origins.dedup();
        origins
    }

    fn reads(&mut self, reads: &[Read], to: &str) {
        for from in self.origins(reads) {
            self.edges.push(Edge { from, to: to.to_owned() });
        }
    }

    fn edge_from(&mut self, slot: Slot, to: &str) {
        for from in self.sources.get(&slot).cloned().unwrap_or_default() {
            self.edges.push(Edge { from, to: to.to_owned() });
        }
    }

    /// The value in `slot` comes from the node `path`; with a catch, so does the handled one.
    fn gives(&mut self, path: &str, slot: Slot, caught: Option<Slot>) {
        for slot in [Some(slot), caught].into_iter().flatten() {
            self.sources.entry(slot).or_default().push(path.to_owned());
        }
    }

    fn node(&mut self, node: &Node<Blueprint>, prefix: &str) -> Option<GraphNode> {
        match node {
            Node::Pure(pure) => {
                let origins = self.origins(&pure.reads);
                self.sources.entry(pure.slot).or_default().extend(origins);
                None
            }
            Node::Forward { from, to } => {
                let origins = self.sources.get(from).cloned().unwrap_or_default();
                self.sources.entry(*to).or_default().extend(origins);
                None
            }
            Node::Emit { path, reads, .. } => {
                let node = GraphNode::new(format!("{prefix}{path}"), NodeKind::Emit);
                self.reads(reads, &node.path);
                Some(node)
            }
            Node::Step(step) => {
                let node = GraphNode::new(format!("{prefix}{}", step.path), NodeKind::Step);
                self.reads(&step.reads, &node.path);
                self.gives(&node.path, step.slot, step.catch.as_ref().map(|catch| catch.slot));
                Some(GraphNode { handled: step.catch.is_some(), ..node.of(&step.def) })
            }
            Node::Child(child) => {
                let node = GraphNode::new(format!("{prefix}{}", child.path), NodeKind::Child);
                self.reads(&child.reads, &format!("{}/input", node.path));
                let program = child.def.program();
                let nodes = self.program(program, &format!("{}/", node.path));
                let output = format!("{}/output", node.path);
                self.gives(&output, child.slot, child.catch.as_ref().map(|catch| catch.slot));
                Some(GraphNode {
                    runs: Some(program.info.name),
                    timeout: program.info.timeout,
                    handled: child.catch.is_some(),
                    blocks: vec![(String::new(), nodes)],
                    ..node
                })
            }
            Node::Branch(branch) => {
                let node = GraphNode::new(format!("{prefix}{}", branch.path), NodeKind::Branch);
                self.reads(&branch.reads, &node.path);
                let mut blocks = Vec::new();
                for arm in &branch.arms {
                    self.sources.insert(arm.bound, vec![node.path.clone()]);
                    blocks.push((arm.label.to_owned(), self.block(&arm.block, prefix)));
                }
                self.sources.entry(branch.slot).or_default().push(node.path.clone());
                Some(GraphNode { blocks, ..node })
            }
            Node::Parallel(group) => {
                let node = GraphNode::new(format!("{prefix}{}", group.path), NodeKind::Parallel);
                let mut blocks = Vec::new();
                for (index, branch) in group.branches.iter().enumerate() {
                    blocks.push((index.to_string(), self.block(&branch.block, prefix)));
                }
                if let Some(catch) = &group.catch {
                    self.gives(&node.path, catch.slot, None);
                }
                Some(GraphNode { handled: group.catch.is_some(), blocks, ..node })
            }
            Node::Loop(node) => {
                let kind = if node.concurrency.is_some() { NodeKind::ParallelLoop } else { NodeKind::Loop };
                let described = GraphNode::new(format!("{prefix}{}", node.path), kind);
                self.reads(&node.reads, &described.path);
                let outer = self.sources.clone();
                self.sources.insert(node.item, vec![described.path.clone()]);
                let nodes = self.block(&node.body, &format!("{}/", described.path));
                self.sources = outer;
                self.gives(&described.path, node.slot, node.catch.as_ref().map(|catch| catch.slot));
                Some(GraphNode {
                    handled: node.catch.is_some(),
                    at_most: node.concurrency.filter(|limit| *limit != usize::MAX),
                    blocks: vec![(String::new(), nodes)],
                    ..described
                })
            }
            Node::Sleep(sleep) => {
                let node = GraphNode::new(format!("{prefix}{}", sleep.path), NodeKind::Sleep);
                self.reads(&sleep.reads, &node.path);
                Some(GraphNode { timeout: sleep.fixed, ..node })
            }
            Node::Signal(signal) => {
                let node = GraphNode::new(format!("{prefix}{}", signal.path), NodeKind::Signal);
                self.gives(&node.path, signal.slot, signal.catch.as_ref().map(|catch| catch.slot));
                let (timeout, handled) = (signal.timeout, signal.catch.is_some());
                Some(GraphNode { runs: Some(signal.name), timeout, handled, ..node })
            }
            Node::Undo(undo) => {
                let node = GraphNode::new(format!("{prefix}{}", undo.path), NodeKind::Undo);
                self.reads(&undo.reads, &node.path);
                self.gives(&node.path, undo.slot, undo.catch.as_ref().map(|catch| catch.slot));
                let info = undo.undo.as_ref().map(|undo| &undo.info);
                Some(GraphNode {
                    runs: Some(undo.step),
                    compensation: info.map(|info| info.name),
                    retry: info.map(|info| info.retry),
                    timeout: info.and_then(|info| info.timeout),
                    handled: undo.catch.is_some(),
                    ..node
                })
            }
        }
    }
}

impl GraphNode {
    fn new(path: String, kind: NodeKind) -> Self {
        Self {
            path,
            kind,
            runs: None,
            compensation: None,
            retry: None,
            timeout: None,
            compensation_retry: None,
            hears_doubt: false,
            at_most_once: false,
            pivot: false,
            handled: false,
            at_most: None,
            blocks: Vec::new(),
        }
    }

    fn of(self, def: &StepDef<Blueprint>) -> Self {
        Self {
            runs: Some(def.info.name),
            compensation: def.undo.as_ref().map(|undo| undo.info.name),
            compensation_retry: def.undo.as_ref().map(|undo| undo.info.retry),
            hears_doubt: def.undo.as_ref().is_some_and(|undo| undo.hears_unknown),
            at_most_once: def.info.at_most_once,
            retry: Some(def.info.retry),
            timeout: def.info.timeout,
            pivot: def.info.pivot,
            ..self
        }
    }
}
