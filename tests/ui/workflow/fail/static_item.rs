//! Executions share nothing.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        static COUNT: u64 = 3;
        Ok(order.total + COUNT)
    }
}

fn main() {}
