//! `emit!` and `ctx.emit` tell others what happened, but only once the whole workflow has completed.

use anyhow::{Result, anyhow};
use serde::{Deserialize, Serialize};
use workflow_runtime::{Permanent, StepContext, step, workflow};

#[derive(Clone, Debug, Serialize, Deserialize)]
struct OrderPlaced {
    id: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct MoneyTaken {
    cents: u32,
}

#[step]
async fn charge(cents: u32, ctx: &StepContext) -> Result<()> {
    ctx.emit(MoneyTaken { cents });
    Ok(())
}

/// Once it is done there is no way back, so that who cancels meanwhile comes too late. When its answer is lost it is asked
/// again, under the same key, until it is known to be done.
#[step(pivot, retry(forever, backoff = "10ms..1m"))]
async fn ship(id: u32) -> Result<()> {
    if id == 2 {
        return Err(anyhow!("nobody drives to that island")).permanent();
    }
    println!("  shipped order {id}");
    Ok(())
}

workflow! {
    async fn place_order(id: u32, cents: u32) -> Result<()> {
        emit!(OrderPlaced { id });
        charge(cents).await?;
        ship(id).await?;
        Ok(())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    for id in [1, 2] {
        println!("order {id}");
        let outcome = place_order(id, 1_690)
            .on_event(|event: &OrderPlaced| println!("  subscriber: order {} was placed", event.id))
            .on_any_event(|event| println!("  log: {}", String::from_utf8_lossy(&event.to_json().unwrap_or_default())))
            .run(&())
            .await;
        if let Err(error) = outcome {
            println!("  no events, because {error}");
        }
    }
}

#[cfg(test)]
#[path = "../tests/saga_examples/14_events.rs"]
pub(crate) mod suite;
