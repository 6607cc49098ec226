use anyhow::Result;
use workflow_runtime::step;

#[step]
pub async fn items(count: u32) -> Result<impl Iterator<Item = u32>> {
    Ok(0..count)
}

fn main() {}
