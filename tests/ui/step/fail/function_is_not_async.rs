use anyhow::Result;
use workflow_runtime::step;

#[step]
pub fn reserve(items: Vec<u32>) -> Result<usize> {
    Ok(items.len())
}

fn main() {}
