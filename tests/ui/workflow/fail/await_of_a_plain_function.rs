//! Only steps and workflows can be awaited.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let id = plain(order.id).await?;
        Ok(id)
    }
}

fn main() {}
