//! A workflow is async.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub fn place(order: Order) -> Result<u64> {
        Ok(order.total)
    }
}

fn main() {}
