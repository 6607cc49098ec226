//! What a built-in needs.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        sleep!().await;
        emit!();
        let approval = signal!().await?;
        undo!().await?;
        parallel!().await?;
        Ok(order.id)
    }
}

fn main() {}
