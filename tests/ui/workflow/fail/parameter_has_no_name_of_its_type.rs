//! Inputs are recorded.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(item: impl Into<u64>) -> Result<u64> {
        Ok(item.into())
    }
}

fn main() {}
