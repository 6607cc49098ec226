//! Data of any type is data all the same.
use anyhow::Result;
use workflow_runtime::workflow;

workflow! {
    pub async fn keep<T>(item: T) -> Result<T> {
        Ok(item)
    }
}

pub async fn run() -> Result<u64> {
    Ok(keep::<u64>(7).run(&()).await?)
}

fn main() {}
