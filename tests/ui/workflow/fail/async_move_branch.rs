//! A branch has nothing to move.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let (a, b) = parallel!(async move { double(order.id).await }, double(order.total)).await?;
        Ok(a + b)
    }
}

fn main() {}
