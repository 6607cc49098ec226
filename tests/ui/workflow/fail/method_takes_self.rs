//! A workflow is a free function.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(&self) -> Result<u64> {
        Ok(1)
    }
}

fn main() {}
