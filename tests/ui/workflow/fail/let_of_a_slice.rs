//! A binding is recorded, so it owns what it takes of a list.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let first = order.lines[..1];
        Ok(first.len() as u64)
    }
}

fn main() {}
