//! Only names can be attached.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        #[allow(unused_variables)]
        let sum = double(order.id).await?;
        Ok(order.id)
    }
}

fn main() {}
