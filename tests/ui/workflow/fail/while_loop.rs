//! No loop without recorded items.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        while order.total > 3 {
            notify("x".to_owned()).await?;
        }
        Ok(order.total)
    }
}

fn main() {}
