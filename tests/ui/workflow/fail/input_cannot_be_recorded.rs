//! An input that is no data.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

pub struct Cart {
    pub id: u64,
}

workflow! {
    pub async fn place(cart: Cart) -> Result<u64> {
        let id = double(cart.id).await?;
        Ok(id + cart.id)
    }
}

fn main() {}
