//! A duration has a unit.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        sleep!(5).await;
        Ok(order.id)
    }
}

fn main() {}
