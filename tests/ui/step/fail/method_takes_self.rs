use anyhow::Result;
use workflow_runtime::step;

pub struct Inventory;

impl Inventory {
    #[step]
    pub async fn reserve(&self, items: Vec<u32>) -> Result<usize> {
        Ok(items.len())
    }
}

fn main() {}
