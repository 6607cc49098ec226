//! An async block is a branch.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let later = async { double(order.id).await };
        Ok(order.total)
    }
}

fn main() {}
