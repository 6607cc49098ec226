//! Branches are awaited together.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let (a, b) = parallel!(double(order.id).await?, name_of(order.id)).await?;
        Ok(a + b.len() as u64)
    }
}

fn main() {}
