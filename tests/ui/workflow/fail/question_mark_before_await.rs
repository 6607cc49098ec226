//! `?` looks at what a step gave, so it stands after `.await`.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let id = double(order.id)?.await;
        Ok(id + 1)
    }
}

fn main() {}
