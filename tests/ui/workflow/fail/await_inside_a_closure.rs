//! A closure may run any number of times.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let ids: Vec<u64> = order.lines.iter().map(|_| double(1).await?).collect();
        Ok(ids.len() as u64)
    }
}

fn main() {}
