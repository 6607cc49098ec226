//! Without `?` a failure is a value; one that is dropped is a warning, as in every async function.
#![deny(unused_must_use)]
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let _ = double(order.total).await;
        steps::notify("placed".to_owned()).await;
        Ok(order.id)
    }
}

fn main() {}
