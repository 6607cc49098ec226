//! A block gives the value of its last line, without a `;`.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        notify("placed".to_owned()).await?;
        Ok(order.id);
    }
}

fn main() {}
