//! The clock belongs in a step.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let now = std::time::SystemTime::now();
        let text = format!("{:?}", std::time::Instant::now());
        Ok(order.total)
    }
}

fn main() {}
