use anyhow::Result;
use workflow_runtime::step;


pub struct Release;

#[step(compensate = Release)]
pub async fn reserve(items: Vec<u32>) -> Result<u64> {
    Ok(items.len() as u64)
}

fn main() {}
