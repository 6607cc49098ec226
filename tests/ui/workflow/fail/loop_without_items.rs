//! No loop without recorded items.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        loop {
            notify("x".to_owned()).await?;
        }
    }
}

fn main() {}
