//! A name belongs to one node.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        #[name = "both"]
        let sum = double(order.id).await? + name_of(order.total).await?.len() as u64;
        Ok(sum)
    }
}

fn main() {}
