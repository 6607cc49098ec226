//! Also through children.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn child() -> Result<u64> {
        capture("a".to_owned()).await
    }
}

workflow! {
    pub async fn place(_order: Order) -> Result<u64> {
        let done = child().await?;
        let more = double(done).await?;
        Ok(more)
    }
}

fn main() {}
