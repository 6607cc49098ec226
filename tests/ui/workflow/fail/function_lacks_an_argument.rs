//! A plain function is called with all its arguments.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

fn gross(net: u64, rate: u64) -> u64 {
    net + net * rate / 100
}

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let total = gross(order.total);
        Ok(total + 1)
    }
}

fn main() {}
