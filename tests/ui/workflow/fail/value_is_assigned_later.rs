//! That a value comes later is one mistake.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let fee;
        if order.total > 100 {
            fee = 0;
        } else {
            fee = 5;
        }
        Ok(order.total + fee)
    }
}

fn main() {}
