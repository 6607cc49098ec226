//! The error of a step converts into that of the workflow.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        match double(order.id).await {
            Ok(id) => Ok(id),
            Err(error) => Err(error),
        }
    }
}

fn main() {}
