//! Diagrams of a graph: an indented text tree, Mermaid, and Graphviz dot.

use std::fmt::{self, Write as _};
use std::time::Duration;

use crate::step::Retry;

use super::describe::{Graph, GraphNode, NodeKind};

/// The text tree.
impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name())?;
        if let Some(timeout) = self.timeout() {
            write!(f, " (timeout {})", spelled(timeout))?;
        }
        writeln!(f)?;
        tree(f, self.nodes(), "")
    }
}

fn tree(f: &mut fmt::Formatter<'_>, nodes: &[GraphNode], indent: &str) -> fmt::Result {
    for (index, node) in nodes.iter().enumerate() {
        let last = index + 1 == nodes.len();
        let (branch, bar) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        writeln!(f, "{indent}{branch}{}", node.summary())?;
        let inner = format!("{indent}{bar}");
        match node.blocks.as_slice() {
            [(label, nodes)] if label.is_empty() => tree(f, nodes, &inner)?,
            blocks => {
                for (index, (label, nodes)) in blocks.iter().enumerate() {
                    let last = index + 1 == blocks.len();
                    let (branch, bar) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
                    let nothing = if nodes.is_empty() { ": nothing" } else { "" };
                    writeln!(f, "{inner}{branch}{label}{nothing}")?;
                    tree(f, nodes, &format!("{inner}{bar}"))?;
                }
            }
        }
    }
    Ok(())
}

/// A duration as it is written in a workflow, such as `1h30m`.
pub(crate) fn spelled(duration: Duration) -> String {
    let mut left = duration.as_millis();
    let mut text = String::new();
    for (unit, millis) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)] {
        if left >= millis {
            _ = write!(text, "{}{unit}", left / millis);
            left %= millis;
        }
    }
    if text.is_empty() { "0ms".to_owned() } else { text }
}

impl GraphNode {
    /// The last part of the path: the name within its scope.
    #[must_use]
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// One line: name, kind and policies.
    fn summary(&self) -> String {
        let mut line = self.name().to_owned();
        match (self.kind, self.runs) {
            (NodeKind::Child, Some(runs)) if runs != self.name() => _ = write!(line, " = workflow {runs}"),
            (NodeKind::Child, _) => line.push_str(" (workflow)"),
            (NodeKind::Signal, Some(runs)) if runs != self.name() => _ = write!(line, " = signal {runs}"),
            (NodeKind::Signal, _) => line.push_str(" (signal)"),
            (NodeKind::Step, Some(runs)) if runs != self.name() => _ = write!(line, " = {runs}"),
            _ => {}
        }
        if self.pivot {
            line.push_str(" [pivot]");
        }
        for note in self.notes() {
            _ = write!(line, ", {note}");
        }
        line
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if let Some(compensation) = self.compensation {
            notes.push(format!("undo: {compensation}"));
        }
        match self.retry {
            Some(Retry::Forever) => notes.push("retry forever".to_owned()),
            Some(Retry::Attempts(attempts)) if attempts > 1 => notes.push(format!("{attempts} attempts")),
            _ => {}
        }
        if let Some(timeout) = self.timeout {
            notes.push(match self.kind {
                NodeKind::Sleep => spelled(timeout),
                _ => format!("timeout {}", spelled(timeout)),
            });
        }
        if let Some(at_most) = self.at_most {
            notes.push(format!("at most {at_most} at a time"));
        }
        if self.handled {
            notes.push("handled".to_owned());
        }
        notes
    }
}

impl Graph {
    /// A [Mermaid](https://mermaid.js.org) flowchart. Dotted arrows lead to compensations.
    #[must_use]
    pub fn to_mermaid(&self) -> String {
        let mut drawing = Drawing { text: "flowchart TD\n".to_owned(), next: 0, style: Style::Mermaid };
        drawing.graph(self);
        drawing.text
    }

    /// A Graphviz graph. Dotted arrows lead to compensations.
    #[must_use]
    pub fn to_dot(&self) -> String {
        let mut drawing = Drawing { text: format!("digraph {} {{\n", self.name()), next: 0, style: Style::Dot };
        drawing.graph(self);
        drawing.text.push_str("}\n");
        drawing.text
    }
}

#[derive(Clone, Copy)]
enum Style {
    Mermaid,
    Dot,
}

#[derive(Clone, Copy)]
enum Shape {
    Round,
    Box,
    Pivot,
    Choice,
    Wait,
    Undo,
}

struct Drawing {
    text: String,
    next: usize,
    style: Style,
}

impl Drawing {
    fn graph(&mut self, graph: &Graph) {
        let start = self.shape(graph.name(), Shape::Round);
        let ends = self.block(graph.nodes(), vec![(start, String::new())]);
        let end = self.shape("completed", Shape::Round);
        self.arrows(ends, &end);
    }

    /// Draws nodes behind `from`, and gives the loose ends.
    fn block(&mut self, nodes: &[GraphNode], mut from: Vec<(String, String)>) -> Vec<(String, String)> {
        for node in nodes {
            from = self.node(node, from);
        }
        from
    }

    fn node(&mut self, node: &GraphNode, from: Vec<(String, String)>) -> Vec<(String, String)> {
        let (shape, label) = match node.kind {
            NodeKind::Branch => (Shape::Choice, node.name().to_owned()),
            NodeKind::Sleep | NodeKind::Signal => (Shape::Wait, node.summary()),
            _ if node.pivot => (Shape::Pivot, node.drawn()),
            _ => (Shape::Box, node.drawn()),
        };
        let id = self.shape(&label, shape);
        self.arrows(from, &id);
        if let Some(compensation) = node.compensation {
            let undo = self.shape(compensation, Shape::Undo);
            self.dotted(&id, &undo);
        }
        match node.kind {
            NodeKind::Branch => {
                let arms = node.blocks.iter();
                arms.flat_map(|(label, nodes)| self.block(nodes, vec![(id.clone(), label.clone())])).collect()
            }
            NodeKind::Parallel => {
                let ends: Vec<_> = node
                    .blocks
                    .iter()
                    .flat_map(|(_, nodes)| self.block(nodes, vec![(id.clone(), String::new())]))
                    .collect();
                let join = self.shape("join", Shape::Round);
                self.arrows(ends, &join);
                vec![(join, String::new())]
            }
            NodeKind::Loop | NodeKind::ParallelLoop => {
                for (_, nodes) in &node.blocks {
                    let ends = self.block(nodes, vec![(id.clone(), "each".to_owned())]);
                    let back = ends.into_iter().filter(|(end, _)| *end != id).map(|(end, _)| (end, "next".to_owned()));
                    self.arrows(back.collect(), &id);
                }
                vec![(id, String::new())]
            }
            _ => node.blocks.iter().fold(vec![(id, String::new())], |from, (_, nodes)| self.block(nodes, from)),
        }
    }

    fn shape(&mut self, label: &str, shape: Shape) -> String {
        let id = format!("n{}", self.next);
        self.next += 1;
        let label = label.replace('"', "'");
        _ = match self.style {
            Style::Mermaid => {
                let (open, close) = match shape {
                    Shape::Round => ("([", "])"),
                    Shape::Box => ("[", "]"),
                    Shape::Pivot => ("[[", "]]"),
                    Shape::Choice => ("{", "}"),
                    Shape::Wait => ("{{", "}}"),
                    Shape::Undo => ("(", ")"),
                };
                writeln!(self.text, "    {id}{open}\"{label}\"{close}")
            }
            Style::Dot => {
                let shape = match shape {
                    Shape::Round => "ellipse",
                    Shape::Box => "box",
                    Shape::Pivot => "box, peripheries=2",
                    Shape::Choice => "diamond",
                    Shape::Wait => "hexagon",
                    Shape::Undo => "box, style=rounded",
                };
                writeln!(self.text, "    {id} [label=\"{label}\", shape={shape}];")
            }
        };
        id
    }

    fn arrows(&mut self, from: Vec<(String, String)>, to: &str) {
        for (from, label) in from {
            let label = label.replace('"', "'");
            _ = match (self.style, label.is_empty()) {
                (Style::Mermaid, true) => writeln!(self.text, "    {from} --> {to}"),
                (Style::Mermaid, false) => writeln!(self.text, "    {from} -->|\"{label}\"| {to}"),
                (Style::Dot, true) => writeln!(self.text, "    {from} -> {to};"),
                (Style::Dot, false) => writeln!(self.text, "    {from} -> {to} [label=\"{label}\"];"),
            };
        }
    }

    fn dotted(&mut self, from: &str, to: &str) {
        _ = match self.style {
            Style::Mermaid => writeln!(self.text, "    {from} -.->|undo| {to}"),
            Style::Dot => writeln!(self.text, "    {from} -> {to} [style=dotted, label=\"undo\"];"),
        };
    }
}

impl GraphNode {
    /// The label in a drawing, where the compensation has a shape of its own.
    fn drawn(&self) -> String {
        Self { compensation: None, blocks: Vec::new(), ..self.clone() }.summary()
    }
}
