//! One signature that cannot be read is no matter of the others.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let id = double(order.id).await?;
        Ok(id)
    }

    pub async fn cancel(order: ) -> Result<u64> {
        Ok(1)
    }
}

fn main() {
    let total: u64 = block_on(place(order()).run(&App::default())).unwrap();
    let _ = (total, place::graph());
}
