//! Fingerprints of a graph: what it is made of, and, separately, under which policies.

use std::fmt::Write;

use crate::graph::{Block, Node, Program, Undone};
use crate::step::{StepInfo, UndoDef};

/// Two hashes of a graph, stable over builds and machines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fingerprint {
    /// Nodes, their order, and the steps that they run.
    pub(super) structure: String,
    /// Retries and timeouts, which may change under a running execution.
    pub(super) policy: String,
}

impl Fingerprint {
    /// What has become of a definition since it had the stored fingerprint: where to look for what does not fit.
    pub(super) fn since(&self, stored: &str) -> &'static str {
        match stored.split_once('.') {
            Some((structure, _)) if structure != self.structure => {
                " (the structure of the definition has changed since the execution began)"
            }
            Some((_, policy)) if policy != self.policy => {
                " (the structure of the definition has not changed since the execution began, only policies have: look for a \
                 type that has changed, or an expression that gives another value each time)"
            }
            Some(_) => {
                " (the definition has not changed since the execution began: look for a type that has changed, or an \
                 expression that gives another value each time)"
            }
            None => "",
        }
    }
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.structure, self.policy)
    }
}

pub(super) fn fingerprint<C: 'static>(program: &Program<C>) -> Fingerprint {
    let mut prints = Prints::default();
    prints.program(program);
    Fingerprint { structure: hash(&prints.structure), policy: hash(&prints.policy) }
}

/// FNV-1a: no cryptography is needed, but the same value for ever.
fn hash(text: &str) -> String {
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    format!("{hash:016x}")
}

#[derive(Default)]
struct Prints {
    structure: String,
    policy: String,
}

impl Prints {
    fn node(&mut self, kind: &str, path: &str, runs: &str) {
        // Writing into a `String` cannot fail.
        let _ = writeln!(self.structure, "{kind} {path} {runs}");
    }

    fn step(&mut self, info: &StepInfo) {
        let _ = writeln!(self.policy, "{:?} {:?} {:?}", info.retry, info.backoff, info.timeout);
        let _ = writeln!(self.structure, "pivot {} once {}", info.pivot, info.at_most_once);
    }

    fn undo<C: 'static>(&mut self, undo: Option<&UndoDef<C>>) {
        if let Some(undo) = undo {
            self.node("undone by", "", undo.info.name);
            self.step(&undo.info);
        }
    }

    fn handled(&mut self, handled: bool) {
        if handled {
            self.structure.push_str("handled\n");
        }
    }

    fn program<C: 'static>(&mut self, program: &Program<C>) {
        self.node("workflow", "", program.info.name);
        let _ = writeln!(self.policy, "{:?}", program.info.timeout);
        self.block(&program.root);
    }

    fn block<C: 'static>(&mut self, block: &Block<C>) {
        self.structure.push_str("{\n");
        for node in &block.nodes {
            self.in_block(node);
        }
        self.structure.push_str("}\n");
    }

    fn in_block<C: 'static>(&mut self, node: &Node<C>) {
        match node {
            // What they compute follows from what is recorded.
            Node::Pure(_) | Node::Forward { .. } => {}
            Node::Emit { .. } => self.node("emit", "", ""),
            Node::Step(step) => {
                self.node("step", &step.path, step.def.info.name);
                self.step(&step.def.info);
                self.undo(step.def.undo.as_ref());
                self.handled(step.catch.is_some());
            }
            Node::Child(child) => {
                self.node("child", &child.path, child.def.name());
                self.handled(child.catch.is_some());
                self.program(child.def.program());
            }
            Node::Branch(branch) => {
                self.node("branch", &branch.path, "");
                for arm in &branch.arms {
                    self.node("arm", "", arm.label);
                    self.block(&arm.block);
                }
            }
            Node::Loop(node) => {
                self.node(if node.concurrency.is_some() { "parallel loop" } else { "loop" }, &node.path, "");
                let _ = writeln!(self.policy, "{:?}", node.concurrency);
                self.handled(node.catch.is_some());
                self.block(&node.body);
            }
            Node::Parallel(group) => {
                self.node("parallel", &group.path, "");
                self.handled(group.catch.is_some());
                for branch in &group.branches {
                    self.block(&branch.block);
                }
            }
            Node::Sleep(sleep) => {
                self.node("sleep", &sleep.path, "");
                let _ = writeln!(self.policy, "{:?}", sleep.fixed);
            }
            Node::Signal(signal) => {
                self.node("signal", &signal.path, signal.name);
                let _ = writeln!(self.policy, "{:?}", signal.timeout);
                self.handled(signal.catch.is_some());
            }
            Node::Undo(undo) => {
                let of = if matches!(undo.what, Undone::Node(_)) { "undo" } else { "undo with" };
                self.node(of, &undo.path, undo.step);
                self.undo(undo.undo.as_ref());
                self.handled(undo.catch.is_some());
            }
        }
    }
}
