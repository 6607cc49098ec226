//! Bindings are data.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

struct Opaque;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let opaque = Opaque;
        Ok(order.total)
    }
}

fn main() {}
