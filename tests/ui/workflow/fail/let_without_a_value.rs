//! A binding begins with its value.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let total;
        Ok(order.total)
    }
}

fn main() {}
