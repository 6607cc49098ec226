//! A pivot stands alone.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let (a, b) = parallel!(capture("a".to_owned()), double(order.id)).await?;
        Ok(a + b)
    }
}

fn main() {}
