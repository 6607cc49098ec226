//! A workflow fails with an error.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64, String> {
        double(order.total).await
    }
}

pub async fn run() -> Result<u64> {
    Ok(place(order()).run(&()).await?)
}

fn main() {}
