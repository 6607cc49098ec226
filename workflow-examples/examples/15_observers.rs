//! An observer is told of every attempt, retry, skip and undo. It runs on a thread of its own and disturbs nobody.

use anyhow::{Result, bail};
use workflow_runtime::{Observation, Observed, StepContext, Watcher, step, workflow};

#[step(compensate = release, retry(attempts = 2, backoff = "1ms..2ms"))]
async fn reserve(product: String, ctx: &StepContext) -> Result<String> {
    if ctx.attempt() == 1 {
        bail!("the warehouse is busy");
    }
    Ok(product)
}

#[step]
async fn release(_product: String) -> Result<()> {
    Ok(())
}

#[step]
async fn gift_wrap() -> Result<()> {
    Ok(())
}

#[step]
async fn charge(cents: u32) -> Result<()> {
    if cents > 5_000 {
        bail!("the card was declined");
    }
    Ok(())
}

workflow! {
    async fn place_order(product: String, cents: u32, gift: bool) -> Result<()> {
        reserve(product).await?;
        if gift {
            gift_wrap().await?;
        }
        charge(cents).await?;
        Ok(())
    }
}

fn tell(seen: &Observation) {
    let text = match &seen.event {
        Observed::StepBegan(at) => format!("{} begins, attempt {}", at.node, at.attempt),
        Observed::StepSucceeded(at) => format!("{} succeeds", at.node),
        Observed::StepRetrying { at, error, .. } => format!("{} will be tried again: {error}", at.node),
        Observed::StepFailed { at, error } => format!("{} fails: {error}", at.node),
        Observed::StepSkipped(at) => format!("{} is skipped", at.node),
        Observed::CompensationBegan(at) => format!("undo of {} begins", at.node),
        Observed::CompensationSucceeded(at) => format!("{} is undone", at.node),
        Observed::WorkflowCompleted => "completed".to_owned(),
        Observed::WorkflowFailed { status, .. } => status.to_string(),
        other => format!("{other:?}"),
    };
    println!("  {}: {text}", seen.execution_id);
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    // One watcher serves any number of executions. With `tracing-subscriber` the same is seen in the logs.
    let watcher = Watcher::new(tell);
    for (id, cents) in [("order-1", 1_690), ("order-2", 18_900)] {
        println!("{id}");
        let outcome = place_order("mug".to_owned(), cents, false).id(id).observer(&watcher).run(&()).await;
        watcher.flush().await;
        println!("  the caller gets: {}", outcome.map_or_else(|error| error.to_string(), |()| "Ok".to_owned()));
    }
}

#[cfg(test)]
#[path = "../tests/saga_examples/15_observers.rs"]
pub(crate) mod suite;
