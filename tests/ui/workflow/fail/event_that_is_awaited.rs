//! An event is emitted at once.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        emit!(OrderPlaced { id: order.id }).await?;
        Ok(order.id)
    }
}

fn main() {}
