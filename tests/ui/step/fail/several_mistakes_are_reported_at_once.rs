use anyhow::Result;
use workflow_runtime::step;


#[step(timeout = "30", retry(attempt = 3))]
pub fn reserve(items: Vec<&str>) -> Result<u64> {
    Ok(items.len() as u64)
}

fn main() {}
