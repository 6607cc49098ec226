//! Something has to be there to run.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let id = double(order.id).await?;
        undo!(double).await?;
        Ok(id)
    }
}

fn main() {}
