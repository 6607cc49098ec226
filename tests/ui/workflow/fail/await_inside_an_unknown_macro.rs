//! A macro that the workflow cannot read.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        tracing::info!("{}", double(order.id).await?);
        Ok(order.id)
    }
}

fn main() {}
