use anyhow::Result;
use workflow_runtime::step;

#[step]
pub async fn label(names: Vec<&str>) -> Result<String> {
    Ok(names.join(", "))
}

fn main() {}
