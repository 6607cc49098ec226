//! Edges are typed.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let a = double(order.coupon).await?;
        let b = notify(order.lines.len()).await?;
        Ok(a)
    }
}

fn main() {}
