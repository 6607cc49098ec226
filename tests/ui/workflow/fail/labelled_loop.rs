//! Nothing can leave a loop.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        'lines: for line in order.lines {
            reserve_one(line).await?;
        }
        Ok(order.total)
    }
}

fn main() {}
