//! Edges are typed.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let a = charge(order.id).await?;
        Ok(order.id)
    }
}

fn main() {}
