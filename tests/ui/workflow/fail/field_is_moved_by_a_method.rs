//! Reading borrows.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let lines = order.lines.into_iter().count();
        Ok(lines as u64)
    }
}

fn main() {}
