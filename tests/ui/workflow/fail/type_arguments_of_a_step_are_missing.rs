//! A step with type parameters is named with its types.
use anyhow::Result;
use workflow_runtime::{Data, step, workflow};

#[step]
async fn last<T: Data>(items: Vec<T>) -> Result<Option<T>> {
    Ok(items.last().cloned())
}

workflow! {
    pub async fn pick(items: Vec<u64>) -> Result<Option<u64>> {
        last(items).await
    }
}

fn main() {}
