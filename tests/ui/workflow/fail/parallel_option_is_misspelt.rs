//! Options have names.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let ids = parallel!(for line in order.lines { reserve_one(line).await? }, atmost = 3).await?;
        Ok(order.id)
    }
}

fn main() {}
