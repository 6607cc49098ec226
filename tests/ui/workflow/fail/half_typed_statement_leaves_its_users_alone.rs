//! A statement without its end leaves the type and the signature.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let id = double(order.id).await?;
        let total =
        Ok(id)
    }
}

fn main() {
    let total: u64 = block_on(place(order()).run(&App::default())).unwrap();
    let _ = (total, place::graph());
}
