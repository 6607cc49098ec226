use anyhow::Result;
use workflow_runtime::step;

pub struct Order {
    pub items: Vec<u32>,
}

#[step]
pub async fn reserve(order: Order, priority: u8) -> Result<usize> {
    Ok(order.items.len() + usize::from(priority))
}

fn main() {}
