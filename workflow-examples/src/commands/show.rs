//! Showing one execution.

use std::fmt::Write as _;

use anyhow::Result;
use workflow_runtime::store::{Execution, Store};

use super::counter::{find, look};
use super::out::print;
use super::why::why;
use crate::cli::OneArgs;
use crate::shop::restock::restock;
use crate::shop::workflow::place_order;
use crate::shop::{journal, time, tree};

pub(super) async fn show(arguments: &OneArgs) -> Result<u8> {
    let (place, store) = look(&arguments.file).await?;
    let row = find(&place, &store, &arguments.id).await?;
    let events = store.history(&row.id, row.run).await?;
    let known = [place_order::graph(), restock::graph()].into_iter().find(|graph| graph.name() == row.workflow);

    let mut text = head(&row);
    let waits = journal::awaited(&events).join("`, `");
    if !waits.is_empty() {
        _ = writeln!(text, "waits    for `{waits}`");
    }
    _ = writeln!(text, "input    {}", row.input);
    if let Some(result) = &row.result {
        _ = writeln!(text, "result   {result}");
    }
    if let Some(why) = why(&store, &row).await? {
        _ = writeln!(text, "error    {why}");
    }
    text.push('\n');
    match known {
        Some(graph) => text.push_str(&tree::of(&graph, &journal::history(&graph, &row, &events), true)),
        None => {
            for event in &events {
                _ = writeln!(text, "{:4} {} {} {}", event.seq, time::clock(event.at), event.kind, event.path);
            }
        }
    }
    print(&text);
    Ok(0)
}

fn head(row: &Execution) -> String {
    let mut text = format!("{} {}: {}\n", row.workflow, row.id, row.status);
    _ = write!(text, "created  {}", time::date(row.created));
    match row.ended {
        Some(ended) => _ = write!(text, ", ended after {} ms", ended.saturating_sub(row.created)),
        None => _ = write!(text, ", last heard of {}", time::date(row.updated)),
    }
    if row.run > 1 {
        _ = write!(text, ", run {}", row.run);
    }
    match (&row.owner, row.due) {
        (Some(owner), _) => _ = write!(text, ", with {owner}"),
        (None, Some(due)) if !row.status.is_finished() => _ = write!(text, ", due {}", time::date(due)),
        _ => {}
    }
    text.push('\n');
    text
}
