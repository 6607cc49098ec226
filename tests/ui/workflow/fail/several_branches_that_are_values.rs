//! A branch is something to await.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let (a, b) = parallel!(order.id, { double(order.id).await? }).await?;
        Ok(a + b)
    }
}

fn main() {}
