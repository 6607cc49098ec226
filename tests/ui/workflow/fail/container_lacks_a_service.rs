//! A container lends every service.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

#[derive(workflow_runtime::Services)]
struct Empty {}

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let count = reserve(order.lines).await?;
        Ok(u64::from(count))
    }
}

fn main() {
    let _ = block_on(place(order()).run(&Empty {}));
}
