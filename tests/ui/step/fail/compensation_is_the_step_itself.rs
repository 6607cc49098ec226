//! Another step undoes a step.
use anyhow::Result;
use workflow_runtime::{step, workflow};

#[step(compensate = reserve)]
pub async fn reserve(count: u64) -> Result<u64> {
    Ok(count)
}

workflow! {
    pub async fn place(count: u64) -> Result<u64> {
        let reserved = reserve(count).await?;
        Ok(reserved)
    }
}

pub async fn run() -> Result<u64> {
    Ok(place(1).run(&()).await?)
}

fn main() {}
