//! Pure expressions are safe.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let id = unsafe { order.id };
        Ok(id)
    }
}

fn main() {}
