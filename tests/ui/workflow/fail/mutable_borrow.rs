//! Nothing changes a binding.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

fn sort(lines: &mut Vec<Line>) -> u64 {
    lines.len() as u64
}

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let sorted = sort(&mut order.lines);
        Ok(sorted)
    }
}

fn main() {}
