//! The rest of the crate goes on compiling.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let mut total = order.total;
        Ok(total)
    }
}

workflow! {
    pub async fn parent(order: Order) -> Result<u64> {
        let total = place(order).await?;
        Ok(total)
    }
}

fn main() {
    let total: u64 = block_on(parent(order()).run(&App::default())).unwrap();
    let _ = (total, place::graph(), block_on(place(order()).run(&App::default())));
}
