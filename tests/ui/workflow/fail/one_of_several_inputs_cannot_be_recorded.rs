//! An input that is no data, among others.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

pub struct Cart {
    pub id: u64,
}

workflow! {
    pub async fn place(order: Order, cart: Cart) -> Result<u64> {
        let id = double(order.id).await?;
        Ok(id + cart.id)
    }
}

fn main() {}
