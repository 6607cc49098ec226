//! The outline of the block for the type's documentation: nodes, branches, loops, names.

use quote::ToTokens;

use super::flow::{Arm, AtMost, Flow, Kind, Node, Stmt, Value};
use super::text;

/// The outline as indented lines; empty when the block has no node.
pub(crate) fn lines(flow: &Flow) -> Vec<String> {
    let mut lines = Vec::new();
    outline(flow, 0, &mut lines);
    lines
}

fn outline(flow: &Flow, depth: usize, lines: &mut Vec<String>) {
    for stmt in &flow.stmts {
        match stmt {
            Stmt::Let { value: found, .. } | Stmt::Temp { value: found, .. } | Stmt::Run(found) => {
                value(found, depth, lines)
            }
            Stmt::Item(_) => {}
        }
    }
    if let Some(tail) = &flow.tail {
        value(tail, depth, lines);
    }
}

fn value(value: &Value, depth: usize, lines: &mut Vec<String>) {
    match value {
        Value::Node(found) => node(found, depth, lines),
        Value::Pure(_) => {}
        Value::Block(flow) => outline(flow, depth, lines),
    }
}

fn node(node: &Node, depth: usize, lines: &mut Vec<String>) {
    let indent = "  ".repeat(depth);
    let name = node.name.as_ref().map(|name| format!("{}: ", name.value())).unwrap_or_default();
    let handled = if node.handled && !matches!(node.kind, Kind::Sleep { .. }) { " (handled)" } else { "" };
    let text = &node.text;
    let what = match &node.kind {
        Kind::Choice { word: "if", arms, .. } => return choice(&name, arms, depth, lines),
        Kind::Choice { .. } => format!("match {text}"),
        Kind::Call { .. } => text.clone(),
        Kind::Loop { parallel: None, .. } => format!("for {text}"),
        Kind::Loop { parallel: Some(AtMost(None)), .. } => format!("parallel for {text}"),
        Kind::Loop { parallel: Some(AtMost(Some(limit))), .. } => {
            format!("parallel for {text}, at most {}", text::label(limit.to_token_stream()))
        }
        Kind::Parallel { .. } => "parallel".to_owned(),
        Kind::Sleep { .. } => format!("sleep {text}"),
        Kind::Signal { timeout: None, .. } => format!("signal {text}"),
        Kind::Signal { timeout: Some(timeout), .. } => format!("signal {text}, at most {}", timeout.value()),
        Kind::Emit { .. } => format!("emit {text}"),
        Kind::Undo { .. } => format!("undo {text}"),
    };
    lines.push(format!("{indent}{name}{what}{handled}"));
    match &node.kind {
        Kind::Choice { arms, .. } => {
            for arm in arms {
                lines.push(format!("{indent}  {} =>", arm.text));
                outline(&arm.body, depth + 2, lines);
            }
        }
        Kind::Loop { body, .. } => outline(body, depth + 1, lines),
        Kind::Parallel { branches } => branches.iter().for_each(|branch| outline(branch, depth + 1, lines)),
        _ => {}
    }
}

fn choice(name: &str, arms: &[Arm], depth: usize, lines: &mut Vec<String>) {
    let indent = "  ".repeat(depth);
    for (index, arm) in arms.iter().enumerate() {
        let label = &arm.text;
        let last_and_empty = index > 0 && index + 1 == arms.len() && lines_of(&arm.body) == 0;
        if last_and_empty {
            continue;
        }
        lines.push(match (index, label.as_str()) {
            (0, label) => format!("{indent}{name}if {label}"),
            (_, "else") => format!("{indent}else"),
            (_, label) => format!("{indent}else if {label}"),
        });
        outline(&arm.body, depth + 1, lines);
    }
}

fn lines_of(flow: &Flow) -> usize {
    let mut lines = Vec::new();
    outline(flow, 0, &mut lines);
    lines.len()
}
