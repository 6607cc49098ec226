//! The signature is there already, and the rest of the crate can use it.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64>
}

fn main() {
    let total: u64 = block_on(place(order()).run(&App::default())).unwrap();
    let _ = (total, place::graph());
}
