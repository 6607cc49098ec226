//! A binding owns its value.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let name: &str = "pen";
        Ok(name.len() as u64)
    }
}

fn main() {}
