//! The tail is a `Result`.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<()> {
        notify("x".to_owned()).await?;
    }
}

workflow! {
    pub async fn other(order: Order) -> Result<u64> {
        let (a, b) = parallel!(async { double(order.id).await?; }, double(order.total)).await?;
        Ok(b)
    }
}

fn main() {}
