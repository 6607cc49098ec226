//! Values are owned.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place<'a>(name: &'a str) -> Result<u64> {
        Ok(name.len() as u64)
    }
}

fn main() {}
