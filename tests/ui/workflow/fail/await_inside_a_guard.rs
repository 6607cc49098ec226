//! Guards are pure.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        match order.total {
            n if double(n).await? > 3 => double(n).await,
            n => Ok(n),
        }
    }
}

fn main() {}
