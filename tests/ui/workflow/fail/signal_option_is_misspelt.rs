//! Options have names.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let approval = signal!(Approval, timeot = "3d").await?;
        Ok(order.id)
    }
}

fn main() {}
