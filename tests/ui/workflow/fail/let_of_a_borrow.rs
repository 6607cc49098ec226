//! A binding owns its value.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let lines = &order.lines;
        Ok(lines.len() as u64)
    }
}

fn main() {}
