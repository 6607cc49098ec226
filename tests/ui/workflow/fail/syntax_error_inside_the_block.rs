//! Half-typed code leaves the rest alone.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let total = order.;
        Ok(total)
    }
}

fn main() {
    let _ = block_on(place(order()).run(&App::default()));
}
