//! A workflow that is called without `.await`.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn ship(order: Order) -> Result<u64> {
        double(order.id).await
    }
}

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let shipped = ship(order);
        Ok(shipped + 1)
    }
}

fn main() {}
