//! A macro that the workflow cannot read.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let error = anyhow::anyhow!("{}", double(order.id).await?);
        Ok(error.to_string().len() as u64)
    }
}

fn main() {}
