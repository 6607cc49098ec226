//! A name is part of paths.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        #[name = "a/b"]
        let sum = double(order.id).await?;
        let more = #[name(other)] name_of(sum).await?;
        Ok(sum + more.len() as u64)
    }
}

fn main() {}
