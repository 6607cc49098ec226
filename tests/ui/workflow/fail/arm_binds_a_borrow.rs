//! What the chosen arm binds is recorded, so it is owned.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn list(order: Order) -> Result<()> {
        match order.lines.as_slice() {
            [first, .., last] => notify(format!("{} to {}", first.sku, last.sku)).await?,
            _ => {}
        }
        Ok(())
    }
}

fn main() {}
