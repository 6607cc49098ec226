//! The items of a loop are recorded, so they are owned.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        for line in &order.lines {
            notify(line.sku.clone()).await?;
        }
        Ok(order.id)
    }
}

fn main() {}
