//! A boxed future is no step.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let id = Box::pin(double(order.id)).await?;
        Ok(id)
    }
}

fn main() {}
