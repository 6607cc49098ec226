//! An async block is a branch.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let id = async { Ok(order.id) }.await?;
        Ok(id)
    }
}

fn main() {}
