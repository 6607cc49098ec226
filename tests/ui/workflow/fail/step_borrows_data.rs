//! What a step borrows is a service.
use anyhow::Result;
use workflow_runtime::{step, workflow};

#[step]
pub async fn sum(numbers: &[u64]) -> Result<u64> {
    Ok(numbers.iter().sum())
}

workflow! {
    pub async fn count() -> Result<u64> {
        sum().await
    }
}

pub async fn run() -> Result<u64> {
    Ok(count().run(&()).await?)
}

fn main() {}
