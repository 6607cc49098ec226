//! A graph is finite.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let rest = place(order).await?;
        Ok(rest)
    }
}

fn main() {}
