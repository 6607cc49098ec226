//! What a generic step takes and gives is recorded.
use anyhow::Result;
use workflow_runtime::step;

#[step]
pub async fn store<T>(item: T) -> Result<T> {
    Ok(item)
}

fn main() {}
