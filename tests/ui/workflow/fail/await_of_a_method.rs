//! A method is no step.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let id = order.lines.load().await?;
        Ok(id)
    }
}

fn main() {}
