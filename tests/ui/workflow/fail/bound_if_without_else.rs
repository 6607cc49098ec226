//! A condition that is bound has a value either way.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let total = if order.total > 10 {
            double(order.total).await?
        };
        Ok(total)
    }
}

fn main() {}
