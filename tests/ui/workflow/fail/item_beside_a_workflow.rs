//! Only workflows stand in `workflow!`.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    const FEE: u64 = 5;

    pub async fn place(order: Order) -> Result<u64> {
        let id = double(order.id).await?;
        Ok(id)
    }
}

fn main() {
    let total: u64 = block_on(place(order()).run(&App::default())).unwrap();
    let _ = (total, place::graph());
}
