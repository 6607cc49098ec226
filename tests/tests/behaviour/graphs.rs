//! The graph of a workflow, described and drawn. The drawings are golden files.

use anyhow::Result;
use workflow_runtime::{NodeKind, Outcome, Retry, step, workflow};

use crate::support::*;

#[step(compensate = undo_hold, retry(attempts = 5, backoff = "100ms..10s"), timeout = "30s")]
async fn hold(input: String, log: &Log) -> Result<String> {
    log.add("hold");
    Ok(input)
}

#[step]
async fn undo_hold(heard: Outcome<String>) -> Result<()> {
    drop(heard);
    Ok(())
}

#[step(pivot)]
async fn charge(input: String) -> Result<String> {
    Ok(input)
}

#[step(retry(forever))]
async fn notify(input: String) -> Result<()> {
    drop(input);
    Ok(())
}

workflow! {
    async fn ship(x: String) -> Result<String> {
        let packed = a(x).await?;
        b(packed).await
    }
}

workflow! {
    /// One node of every kind.
    #[workflow(timeout = "1h")]
    async fn everything(lines: Vec<String>, express: bool) -> Result<String> {
        let held = for line in lines {
            hold(line).await?
        };
        let all = held.join("+");
        let (shipped, tax) = parallel!(
            ship(all),
            async {
                let tax = c(all).await?;
                d(tax).await
            },
        ).await?;
        let extra = if express {
            #[name = "express-fee"]
            let fee = c(tax).await?;
            Some(fee)
        } else {
            None
        };
        parallel!(for line in lines { e(line).await? }, at_most = 2).await?;
        let answer = signal!(String, timeout = "3d").await;
        sleep!("2h").await;
        undo!(patient, x()).await?;
        let paid = charge(format!("{shipped} {extra:?} {}", answer.is_ok())).await?;
        emit!(paid);
        notify(paid).await?;
        Ok(paid)
    }
}

// Case 54.
#[test]
fn a_graph_lists_every_node_with_its_compensation_and_policies() {
    let graph = everything::graph();
    let nodes: Vec<String> = graph
        .all_nodes()
        .map(|node| {
            let compensation = node.compensation.map(|step| format!(" undone by {step}")).unwrap_or_default();
            let handled = if node.handled { " handled" } else { "" };
            let pivot = if node.pivot { " pivot" } else { "" };
            format!("{:?} {}{compensation}{handled}{pivot}", node.kind, node.path)
        })
        .collect();
    insta::assert_snapshot!(nodes.join("\n"));
    let hold = graph.all_nodes().find(|node| node.runs == Some("hold")).unwrap();
    assert_eq!(hold.kind, NodeKind::Step);
    assert_eq!(hold.retry, Some(Retry::Attempts(5)));
    assert_eq!(hold.timeout.unwrap().as_secs(), 30);
}

// Case 54.
#[test]
fn a_graph_lists_every_edge() {
    let edges: Vec<String> =
        everything::graph().edges().iter().map(|edge| format!("{} -> {}", edge.from, edge.to)).collect();
    insta::assert_snapshot!(edges.join("\n"));
}

// Case 54.
#[test]
fn a_graph_is_drawn_as_text() {
    insta::assert_snapshot!(everything::graph().to_string());
}

// Case 54.
#[test]
fn a_graph_is_drawn_as_mermaid() {
    insta::assert_snapshot!(everything::graph().to_mermaid());
}

// Case 54.
#[test]
fn a_graph_is_drawn_as_dot() {
    insta::assert_snapshot!(everything::graph().to_dot());
}
