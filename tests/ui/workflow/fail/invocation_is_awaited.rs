//! Outside of a workflow, a workflow is run on a container.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        double(order.id).await
    }
}

pub async fn handle(order: Order) -> Result<u64> {
    Ok(place(order).await?)
}

fn main() {}
