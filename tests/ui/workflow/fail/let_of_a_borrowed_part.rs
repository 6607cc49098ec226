//! A binding is recorded, so it owns its value.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let sku = order.lines[0].sku.as_str();
        notify(sku.to_owned()).await?;
        Ok(order.id)
    }
}

fn main() {}
