//! A workflow is awaited as a step is, without being one.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    #[step]
    pub async fn place(order: Order) -> Result<u64> {
        double(order.total).await
    }
}

fn main() {}
