//! A binding is recordable.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let counts = order.lines.iter().map(|line| line.count);
        Ok(u64::from(counts.sum::<u32>()))
    }
}

fn main() {}
