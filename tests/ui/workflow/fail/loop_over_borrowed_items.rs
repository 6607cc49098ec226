//! The items of a loop are recorded, so they are owned.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn list(order: Order) -> Result<()> {
        for (index, line) in order.lines.iter().enumerate() {
            notify(format!("{index}: {}", line.sku)).await?;
        }
        Ok(())
    }
}

fn main() {}
