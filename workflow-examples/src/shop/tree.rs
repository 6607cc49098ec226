//! The tree of one execution: what became of every node.

use std::fmt::Write as _;

use workflow_runtime::{Graph, GraphNode, NodeKind};

use super::history::{End, History, StepHistory, Undo};
use super::time;

/// Every node of the graph with what happened there, and on request when.
#[must_use]
pub fn of(graph: &Graph, history: &History, times: bool) -> String {
    let mut tree = Tree { history, times, text: String::new() };
    tree.nodes(graph.nodes(), "");
    tree.text
}

struct Tree<'a> {
    history: &'a History,
    times: bool,
    text: String,
}

impl Tree<'_> {
    fn nodes(&mut self, nodes: &[GraphNode], indent: &str) {
        let shown: Vec<_> = nodes.iter().filter(|node| node.kind != NodeKind::Emit).collect();
        for (index, node) in shown.iter().enumerate() {
            let last = index + 1 == shown.len();
            let (branch, bar) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            _ = write!(self.text, "{indent}{branch}{}", node.name());
            let seen = self.history.steps.get(&node.path);
            match node.kind {
                NodeKind::Step | NodeKind::Sleep | NodeKind::Signal => self.told(node, seen),
                _ => self.text.push('\n'),
            }
            let inner: Vec<GraphNode> = node.blocks.iter().flat_map(|(_, nodes)| nodes.clone()).collect();
            self.nodes(&inner, &format!("{indent}{bar}"));
        }
    }

    fn told(&mut self, node: &GraphNode, step: Option<&StepHistory>) {
        let line = match step {
            None => ": not reached".to_owned(),
            Some(step) => format!("{}{}{}", forward(node.kind, step), self.when(step), backward(node, step)),
        };
        _ = writeln!(self.text, "{line}");
    }

    fn when(&self, step: &StepHistory) -> String {
        match step.times {
            (Some(began), Some(ended)) if self.times => {
                format!(" ({}, {} ms)", time::clock(began), ended.saturating_sub(began))
            }
            (Some(began), None) if self.times => format!(" (since {})", time::clock(began)),
            _ => String::new(),
        }
    }
}

fn forward(kind: NodeKind, step: &StepHistory) -> String {
    let attempts = if step.attempts > 1 { format!(" after {} attempts", step.attempts) } else { String::new() };
    match &step.end {
        End::Open => {
            let wait = step.due.map(|due| format!(" until {}", time::date(due))).unwrap_or_default();
            match (&step.trouble, kind) {
                (None, NodeKind::Step) => ": under way".to_owned(),
                (None, _) => format!(": waiting{wait}"),
                // What is in trouble while it is undone says so there.
                (Some(_), _) if step.undo_attempts > 0 => ": under way".to_owned(),
                (Some(error), _) => format!(": to be tried again{attempts}: {error}"),
            }
        }
        End::Skipped => ": skipped".to_owned(),
        End::Done if kind == NodeKind::Signal => ": arrived".to_owned(),
        End::Done => format!(": done{attempts}"),
        End::Failed(error) => format!(": FAILED{attempts}: {error}"),
    }
}

fn backward(node: &GraphNode, step: &StepHistory) -> String {
    if step.undo_attempts == 0 {
        return String::new();
    }
    let by = node.compensation.unwrap_or_default();
    let verb = match &step.undo {
        Undo::Open => "being undone by",
        Undo::Done => "undone by",
        Undo::Failed(_) => "NOT undone by",
    };
    let mut line = format!(", {verb} {by}");
    if step.undo_attempts > 1 {
        _ = write!(line, " after {} attempts", step.undo_attempts);
    }
    match (&step.undo, &step.trouble) {
        (Undo::Failed(error), _) | (Undo::Open, Some(error)) => _ = write!(line, ": {error}"),
        _ => {}
    }
    line
}
