//! Annotations are checked.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let a: String = double(order.id).await?;
        Ok(a.len() as u64)
    }
}

fn main() {}
