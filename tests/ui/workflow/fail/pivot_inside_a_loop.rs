//! A pivot runs once.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        for line in order.lines {
            capture(line.sku).await?;
        }
        Ok(0)
    }
}

fn main() {}
