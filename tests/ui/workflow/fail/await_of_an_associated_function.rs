//! A function of a type is no step.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

impl Line {
    async fn load(id: u64) -> Result<u64> {
        Ok(id)
    }
}

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let id = Line::load(order.id).await?;
        Ok(id)
    }
}

fn main() {}
