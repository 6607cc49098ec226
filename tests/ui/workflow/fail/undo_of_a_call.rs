//! `undo!` names a step, and does not call it.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let count = reserve(order.lines).await?;
        undo!(reserve(order.lines)).await?;
        Ok(u64::from(count))
    }
}

fn main() {}
