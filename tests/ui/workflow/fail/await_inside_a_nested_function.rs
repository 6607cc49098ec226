//! A nested function is not part of the workflow.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        async fn helper(id: u64) -> Result<u64> {
            plain(id).await
        }
        Ok(order.id)
    }
}

fn main() {}
