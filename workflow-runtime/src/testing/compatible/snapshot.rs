//! A graph with its types, as a file keeps it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::graph::{Block, GraphNode, Node, NodeKind, Program, graph};
use crate::services::Blueprint;
use crate::shape::TypeOf;
use crate::step::RunsOn;
use crate::workflow::Workflow;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Snapshot {
    pub(super) workflow: String,
    pub(super) version: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) timeout: Option<String>,
    pub(super) input: TypeOf,
    pub(super) output: TypeOf,
    pub(super) nodes: Vec<Place>,
}

/// A node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    pub(super) path: String,
    pub(super) kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) runs: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) undone_by: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) pivot: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) handled: bool,
    /// Retries, timeouts and the like.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) policies: BTreeMap<String, String>,
    /// The types of what is recorded here.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) types: BTreeMap<String, TypeOf>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) blocks: Vec<Within>,
}

/// The nodes inside of a node: an arm, a branch, a loop's body, a child's nodes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Within {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) label: String,
    pub(super) nodes: Vec<Place>,
}

impl Snapshot {
    /// Today's graph of `W`.
    pub(super) fn of<W: Workflow + RunsOn<Blueprint>>() -> Self {
        let mut types = Types::default();
        if let Some(program) = crate::step::program::<W, Blueprint>() {
            types.program(program, "");
        }
        let graph = graph::<W>();
        Self {
            workflow: graph.name().to_owned(),
            version: W::INFO.version,
            timeout: graph.timeout().map(told),
            input: TypeOf::of::<W::Input>(),
            output: TypeOf::of::<W::Output>(),
            nodes: graph.nodes().iter().map(|node| place(node, &types.0)).collect(),
        }
    }
}

fn told(duration: Duration) -> String {
    format!("{duration:?}")
}

fn place(node: &GraphNode, types: &BTreeMap<String, BTreeMap<String, TypeOf>>) -> Place {
    let policies = [
        ("retry", node.retry.map(|retry| format!("{retry:?}"))),
        ("compensation retry", node.compensation_retry.map(|retry| format!("{retry:?}"))),
        ("timeout", node.timeout.map(told)),
        ("at most", node.at_most.map(|most| most.to_string())),
        ("at most once", node.at_most_once.then(|| "yes".to_owned())),
    ];
    Place {
        path: node.path.clone(),
        kind: kind(node.kind).to_owned(),
        runs: node.runs.map(ToOwned::to_owned),
        undone_by: node.compensation.map(ToOwned::to_owned),
        pivot: node.pivot,
        handled: node.handled,
        policies: policies.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect(),
        types: types.get(&node.path).cloned().unwrap_or_default(),
        blocks: node
            .blocks
            .iter()
            .map(|(label, nodes)| Within {
                label: label.clone(),
                nodes: nodes.iter().map(|node| place(node, types)).collect(),
            })
            .collect(),
    }
}

fn kind(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Step => "step",
        NodeKind::Child => "child workflow",
        NodeKind::Branch => "condition",
        NodeKind::Loop => "loop",
        NodeKind::ParallelLoop => "parallel loop",
        NodeKind::Parallel => "group",
        NodeKind::Sleep => "sleep",
        NodeKind::Signal => "signal",
        NodeKind::Emit => "event",
        NodeKind::Undo => "undo",
    }
}

/// By node: the types of what is recorded there.
#[derive(Default)]
struct Types(BTreeMap<String, BTreeMap<String, TypeOf>>);

impl Types {
    fn put(&mut self, path: String, what: &str, described: fn() -> TypeOf) {
        self.0.entry(path).or_default().insert(what.to_owned(), described());
    }

    fn program(&mut self, program: &Program<Blueprint>, prefix: &str) {
        self.block(&program.root, prefix);
    }

    fn block(&mut self, block: &Block<Blueprint>, prefix: &str) {
        for node in &block.nodes {
            match node {
                Node::Step(step) => {
                    let path = format!("{prefix}{}", step.path);
                    let codec = step.def.codec;
                    self.put(path.clone(), "input", codec.input.described);
                    self.put(path.clone(), "output", codec.output.described);
                    if step.def.undo.is_some() {
                        self.put(path, "undo payload", codec.payload.described);
                    }
                }
                Node::Child(child) => self.program(child.def.program(), &format!("{prefix}{}/", child.path)),
                Node::Branch(branch) => {
                    for arm in &branch.arms {
                        let path = format!("{prefix}{}", branch.path);
                        self.put(path, &format!("value for `{}`", arm.label), arm.decode.described);
                        self.block(&arm.block, prefix);
                    }
                }
                Node::Loop(node) => {
                    let path = format!("{prefix}{}", node.path);
                    self.put(path.clone(), "item", node.decode.described);
                    self.block(&node.body, &format!("{path}/"));
                }
                Node::Parallel(group) => group.branches.iter().for_each(|branch| self.block(&branch.block, prefix)),
                Node::Signal(signal) => {
                    self.put(format!("{prefix}{}", signal.path), "signal", signal.decode.described);
                }
                Node::Pure(_) | Node::Forward { .. } | Node::Emit { .. } | Node::Sleep(_) | Node::Undo(_) => {}
            }
        }
    }
}
