use std::sync::Arc;

use anyhow::Result;
use workflow_runtime::step;

pub struct Inventory;

#[step]
pub async fn reserve(items: Vec<u32>, inventory: Arc<Inventory>) -> Result<usize> {
    let _ = inventory;
    Ok(items.len())
}

fn main() {}
