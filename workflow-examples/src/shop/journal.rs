//! What happened in an execution, as its journal has it: over all the processes that it has outlived.

use std::collections::BTreeMap;

use serde::Deserialize;
use workflow_runtime::store::{Execution, StoredEvent};
use workflow_runtime::{Graph, GraphNode, NodeKind};

use super::history::{End, History, Undo};

/// The part of an event's particulars that is told.
#[derive(Debug, Default, Deserialize)]
struct Particulars {
    #[serde(default)]
    attempts: u32,
    #[serde(default)]
    error: String,
    /// When a wait ends.
    #[serde(default)]
    due: Option<i64>,
    /// Which arm a condition chose.
    #[serde(default)]
    arm: usize,
}

/// A step that will be attempted again, as the row of its execution has it.
#[derive(Debug, Deserialize)]
struct Retrying {
    attempts: u32,
    error: String,
}

/// What the journal tells, of a workflow with this graph.
#[must_use]
pub fn history(graph: &Graph, row: &Execution, events: &[StoredEvent]) -> History {
    let mut history = History::default();
    for event in events {
        add(&mut history, graph, event);
    }
    let retries: BTreeMap<String, Retrying> =
        row.retries.as_deref().and_then(|retries| serde_json::from_str(retries).ok()).unwrap_or_default();
    for (path, retrying) in retries {
        history.retries += retrying.attempts;
        let step = match path.strip_suffix("/undo") {
            Some(node) => {
                let step = history.step(node);
                step.undo_attempts = retrying.attempts;
                step
            }
            None => {
                let step = history.step(&path);
                step.attempts = retrying.attempts;
                step
            }
        };
        step.trouble = Some(retrying.error);
    }
    history
}

fn add(history: &mut History, graph: &Graph, event: &StoredEvent) {
    let told: Particulars = serde_json::from_str(&event.data).unwrap_or_default();
    let undone = event.path.strip_suffix("/undo");
    history.retries += told.attempts.saturating_sub(1);
    match (event.kind.as_str(), undone) {
        ("undo.began", Some(node)) => {
            let step = history.step(node);
            (step.undo_attempts, step.undo) = (1, Undo::Open);
        }
        ("undo.succeeded", Some(node)) => {
            let step = history.step(node);
            (step.undo_attempts, step.undo) = (told.attempts, Undo::Done);
        }
        ("undo.failed", Some(node)) => {
            let step = history.step(node);
            (step.undo_attempts, step.undo) = (told.attempts, Undo::Failed(told.error));
        }
        ("step.began" | "sleep.began" | "signal.began", _) => {
            let step = history.step(&event.path);
            (step.attempts, step.times, step.due) = (1, (Some(event.at), None), told.due);
        }
        ("step.succeeded", _) => end(history, event, told.attempts, End::Done),
        ("step.failed", _) => end(history, event, told.attempts, End::Failed(told.error)),
        ("sleep.woke" | "signal.received", _) => end(history, event, 1, End::Done),
        ("signal.expired", _) => end(history, event, 1, End::Failed("did not arrive in time".to_owned())),
        ("chose", _) => {
            for node in graph.all_nodes().filter(|node| node.path == event.path) {
                skip(history, node, told.arm);
            }
        }
        _ => {}
    }
}

fn end(history: &mut History, event: &StoredEvent, attempts: u32, end: End) {
    let step = history.step(&event.path);
    (step.attempts, step.end, step.times.1) = (attempts, end, Some(event.at));
}

/// Marks the steps of the arms that were not chosen.
fn skip(history: &mut History, node: &GraphNode, chosen: usize) {
    let mut left: Vec<&GraphNode> = Vec::new();
    for (arm, (_, nodes)) in node.blocks.iter().enumerate() {
        if arm != chosen {
            left.extend(nodes);
        }
    }
    while let Some(node) = left.pop() {
        if matches!(node.kind, NodeKind::Step | NodeKind::Sleep | NodeKind::Signal) {
            history.step(&node.path).end = End::Skipped;
        }
        left.extend(node.blocks.iter().flat_map(|(_, nodes)| nodes));
    }
}

/// The nodes at which the execution waits for a signal.
#[must_use]
pub fn awaited(events: &[StoredEvent]) -> Vec<&str> {
    let mut waiting = Vec::new();
    for event in events {
        match event.kind.as_str() {
            "signal.began" => waiting.push(event.path.as_str()),
            "signal.received" | "signal.expired" => waiting.retain(|path| *path != event.path),
            "rolling back" | "ended" => waiting.clear(),
            _ => {}
        }
    }
    waiting
}
