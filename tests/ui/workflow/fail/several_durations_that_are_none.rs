//! Durations are read while compiling.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        sleep!("2 hours").await;
        let approval = signal!(Approval, timeout = "soon").await?;
        Ok(order.id)
    }
}

fn main() {}
