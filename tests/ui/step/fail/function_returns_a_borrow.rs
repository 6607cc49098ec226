use anyhow::Result;
use workflow_runtime::step;

pub struct Inventory {
    name: String,
}

#[step]
pub async fn name(inventory: &Inventory) -> Result<&str> {
    Ok(&inventory.name)
}

fn main() {}
