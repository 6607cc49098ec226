use anyhow::Result;
use workflow_runtime::step;

#[step]
pub async fn label(name: impl Into<String>) -> Result<String> {
    Ok(name.into())
}

fn main() {}
