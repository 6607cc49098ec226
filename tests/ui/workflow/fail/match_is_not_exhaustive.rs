//! rustc checks what a `match` covers.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        match order.delivery {
            Delivery::Ship { .. } => double(order.id).await,
            Delivery::Digital => Ok(0),
        }
    }
}

fn main() {}
