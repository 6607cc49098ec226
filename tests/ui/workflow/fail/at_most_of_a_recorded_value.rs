//! `at_most` is part of the definition.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let limit = 3;
        let counts = parallel!(for line in order.lines { reserve_one(line).await? }, at_most = limit).await?;
        Ok(counts.len() as u64)
    }
}

fn main() {}
