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

#[cfg(test)]
mod tests {
    use super::super::workflow::place_order;
    use super::*;

    #[test]
    fn what_is_under_way_is_told_from_what_has_ended() {
        let mut history = History::default();
        let mut add = |node: &str, step: StepHistory| _ = history.steps.insert(node.to_owned(), step);
        let trouble = Some("the bank is on fire".to_owned());
        add(
            "validate",
            StepHistory { attempts: 1, end: End::Done, times: (Some(1_000), Some(1_003)), ..Default::default() },
        );
        add("parallel#1/0/reserve", StepHistory { attempts: 1, times: (Some(1_003), None), ..Default::default() });
        add("parallel#1/1/authorize", StepHistory { attempts: 2, trouble: trouble.clone(), ..Default::default() });
        let undoing = StepHistory { attempts: 1, end: End::Done, undo_attempts: 3, trouble, ..Default::default() };
        add("if#1/0/create_shipment", undoing);
        let given_up = Undo::Failed("it has left".to_owned());
        add("if#2/0/dispatch", StepHistory { end: End::Done, undo_attempts: 1, undo: given_up, ..Default::default() });
        let tree = of(&place_order::graph(), &history, true);
        for line in [
            "├─ validate: done (00:00:01.000, 3 ms)\n",
            "reserve: under way (since 00:00:01.003)\n",
            "authorize: to be tried again after 2 attempts: the bank is on fire\n",
            "create_shipment: done, being undone by cancel_shipment after 3 attempts: the bank is on fire\n",
            "capture: not reached\n",
            ": it has left\n",
        ] {
            assert!(tree.contains(line), "no {line:?} in\n{tree}");
        }
    }
}
