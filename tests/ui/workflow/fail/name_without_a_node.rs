//! A name belongs to a node.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        #[name = "sum"]
        let sum = order.id + order.total;
        Ok(sum)
    }
}

fn main() {}
