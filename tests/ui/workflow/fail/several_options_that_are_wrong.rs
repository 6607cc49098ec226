//! Options have names.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    #[workflow(timout = "1h", version = 2, version = 3, timeout = "soon")]
    pub async fn place(order: Order) -> Result<u64> {
        Ok(order.total)
    }
}

fn main() {}
