//! A binding is recorded, so its type owns all that is in it.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let skus: Vec<&str> = order.lines.iter().map(|line| line.sku.as_str()).collect();
        Ok(skus.len() as u64)
    }
}

fn main() {}
