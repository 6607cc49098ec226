//! Parameters are recorded values.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(mut order: Order) -> Result<u64> {
        Ok(order.total)
    }
}

fn main() {}
