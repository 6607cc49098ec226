//! The environment belongs in a step.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let home = std::env::var("HOME")?;
        Ok(home.len() as u64)
    }
}

fn main() {}
