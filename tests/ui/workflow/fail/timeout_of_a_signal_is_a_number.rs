//! A duration has a unit.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let approval = signal!(Approval, timeout = 5).await?;
        notify(approval.by).await?;
        Ok(order.id)
    }
}

fn main() {}
