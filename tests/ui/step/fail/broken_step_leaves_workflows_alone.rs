use anyhow::Result;
use workflow_runtime::{step, workflow};

#[step]
pub fn reserve(items: Vec<u32>) -> Result<usize> {
    Ok(items.len())
}

workflow! {
    pub async fn place(items: Vec<u32>) -> Result<usize> {
        let count = reserve(items).await?;
        Ok(count + 1)
    }
}

fn main() {}
