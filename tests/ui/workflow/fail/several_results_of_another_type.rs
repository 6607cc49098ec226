//! The tail is typed.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let text = name_of(order.id).await?;
        Ok(text)
    }
}

workflow! {
    pub async fn other(order: Order) -> Result<u64> {
        name_of(order.id).await
    }
}

fn main() {}
