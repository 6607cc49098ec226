use anyhow::Result;
use workflow_runtime::step;

pub struct Inventory {
    left: usize,
}

#[step]
pub async fn reserve(items: Vec<u32>, inventory: &mut Inventory) -> Result<usize> {
    inventory.left -= items.len();
    Ok(inventory.left)
}

fn main() {}
