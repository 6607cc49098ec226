use anyhow::Result;
use workflow_runtime::{step, workflow};

#[step]
pub async fn count(items: Vec<u32>) -> usize {
    items.len()
}

workflow! {
    pub async fn total(items: Vec<u32>) -> Result<usize> {
        let count = count(items).await?;
        Ok(count + 1)
    }
}

fn main() {}
