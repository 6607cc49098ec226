//! Data of any type is data all the same.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn keep<T>(item: T) -> Result<T> {
        notify("kept".to_owned()).await?;
        Ok(item)
    }
}

pub async fn run() -> Result<u64> {
    Ok(keep::<u64>(7).run(&()).await?)
}

fn main() {}
