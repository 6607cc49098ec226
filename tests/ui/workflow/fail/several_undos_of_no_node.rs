//! `undo!` names a node before it.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let count = reserve(order.lines).await?;
        undo!(reserv).await?;
        undo!(charge).await?;
        undo!(later).await?;
        #[name = "later"]
        let more = reserve(order.lines).await?;
        Ok(u64::from(count + more))
    }
}

fn main() {}
