use anyhow::Result;
use workflow_runtime::step;


#[step(compensate = release_all)]
pub async fn reserve(items: Vec<u32>) -> Result<u64> {
    Ok(items.len() as u64)
}

#[step]
pub async fn release_all() -> Result<()> {
    Ok(())
}

fn main() {}
