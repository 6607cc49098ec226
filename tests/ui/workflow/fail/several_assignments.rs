//! Nothing changes a binding.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let total = order.total;
        total = 3;
        total += 4;
        Ok(total)
    }
}

fn main() {}
