//! A loop runs for all items.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        for line in order.lines {
            if line.count == 0 {
                continue;
            }
            if line.count > 3 {
                break;
            }
            reserve_one(line).await?;
        }
        Ok(order.total)
    }
}

fn main() {}
