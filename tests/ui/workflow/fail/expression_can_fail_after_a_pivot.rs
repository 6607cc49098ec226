//! After a pivot nothing may fail.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(_order: Order) -> Result<u64> {
        let done = capture("a".to_owned()).await?;
        let more = done.checked_sub(3).ok_or_else(|| anyhow::anyhow!("too little"))?;
        Ok(more)
    }
}

fn main() {}
