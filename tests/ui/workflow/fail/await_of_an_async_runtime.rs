//! What an async runtime can wait for is no step.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        Ok(order.id)
    }
}

fn main() {}
