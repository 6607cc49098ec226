//! An event is recorded, so it owns its values.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        emit!("placed");
        Ok(order.id)
    }
}

fn main() {}
