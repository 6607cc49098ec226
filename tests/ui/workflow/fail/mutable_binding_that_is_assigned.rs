//! That a binding changes is one mistake, however often it does.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let mut total = order.total;
        total += 5;
        total = total * 2;
        Ok(total)
    }
}

fn main() {}
