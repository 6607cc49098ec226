//! A choice cannot fail.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

fn check(n: u64) -> Result<bool> {
    Ok(n > 3)
}

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        match order.total {
            n if check(n)? => double(n).await,
            n => Ok(n),
        }
    }
}

fn main() {}
