//! On an engine, waiting costs nothing: an execution that waits for somebody's word or for a day is a row in a file.
//!
//! The same workflow as in 13, now recorded. A signal is durable when `signal` returns, also if nobody waits for it yet.
//! The clock is exchanged here, so that nine days pass at once.

use std::time::Duration;

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};
use workflow_runtime::store::Filter;
use workflow_runtime::{Engine, ExecutionStatus, ManualClock, step, workflow};
use workflow_sqlite::SqliteStore;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Approval {
    by: String,
    granted: bool,
}

/// A row in a database of our own, which is there or is not.
#[step(compensate = withdraw)]
async fn submit(what: String) -> Result<String> {
    println!("  submitted: {what}");
    Ok(what)
}

#[step]
async fn withdraw(what: String) -> Result<()> {
    println!("  withdrew: {what}");
    Ok(())
}

#[step]
async fn decide(approval: Approval) -> Result<String> {
    ensure!(approval.granted, "{} said no", approval.by);
    println!("  {} said yes", approval.by);
    Ok(approval.by)
}

/// Once it is done there is no way back, so that who cancels meanwhile comes too late. When its answer is lost it is asked
/// again, under the same key, until it is known to be done.
#[step(pivot, retry(forever, backoff = "1s..1h"))]
async fn pay(what: String) -> Result<()> {
    println!("  paid: {what}");
    Ok(())
}

workflow! {
    async fn reimburse(what: String) -> Result<String> {
        let expense = submit(what).await?;
        let approval = signal!(Approval, timeout = "7d").await?;
        let approver = decide(approval).await?;
        sleep!("2d").await;
        pay(expense).await?;
        Ok(format!("paid on the word of {approver}"))
    }
}

/// Ends when the journal of an execution has this.
async fn until(engine: &Engine<()>, id: &str, kind: &str) -> Result<()> {
    while !engine.history(id).await?.iter().any(|entry| entry.kind == kind) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let clock = ManualClock::new();
    let store = SqliteStore::open(folder.path().join("expenses.db")).await?;
    let engine = Engine::builder(()).store(store).clock(clock.clone()).workflow::<reimburse>().start().await?;

    println!("Monday");
    for what in ["hotel", "yacht", "train"] {
        engine.start(reimburse(what.to_owned()).id(what)).await?;
        until(&engine, what, "signal.began").await?;
    }
    let waiting = Filter { statuses: vec![ExecutionStatus::Waiting], ..Filter::default() };
    println!("  {} wait", engine.list(waiting).await?.executions.len());

    println!("Tuesday");
    clock.advance(DAY);
    let answer = |granted| Approval { by: "Grace".to_owned(), granted };
    engine.signal::<reimburse, _>("hotel", answer(true)).await?;
    until(&engine, "hotel", "sleep.began").await?;
    engine.signal::<reimburse, _>("yacht", answer(false)).await?;
    if let Err(error) = engine.execution::<reimburse>("yacht").await?.result().await {
        println!("  {error}");
    }

    println!("Thursday");
    clock.advance(2 * DAY);
    println!("  {}", engine.execution::<reimburse>("hotel").await?.result().await?);

    println!("the Monday after");
    clock.advance(4 * DAY);
    if let Err(error) = engine.execution::<reimburse>("train").await?.result().await {
        println!("  {error}");
    }
    engine.shutdown().await?;
    Ok(())
}

#[cfg(test)]
#[path = "../tests/saga_examples/20_durable_waiting.rs"]
pub(crate) mod suite;
