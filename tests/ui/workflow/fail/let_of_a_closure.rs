//! A binding is recorded, and a closure is nothing that could be.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let with_fee = |cents: u64| cents + 5;
        Ok(with_fee(order.total))
    }
}

fn main() {}
