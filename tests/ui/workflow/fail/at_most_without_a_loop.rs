//! `at_most` belongs to a loop.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let (a, b) = parallel!(double(order.id), name_of(order.id), at_most = 1).await?;
        Ok(a + b.len() as u64)
    }
}

fn main() {}
