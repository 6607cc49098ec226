use anyhow::Result;
use workflow_runtime::step;


#[step(priority = 3)]
pub async fn reserve(items: Vec<u32>) -> Result<u64> {
    Ok(items.len() as u64)
}

fn main() {}
