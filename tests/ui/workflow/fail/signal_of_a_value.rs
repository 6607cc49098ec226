//! A signal is a type.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let approval: Approval = signal!("approval").await?;
        let id = double(order.id).await?;
        Ok(id)
    }
}

fn main() {}
