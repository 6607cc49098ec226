//! Bindings are recorded values.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let mut total = order.total;
        Ok(total)
    }
}

fn main() {}
