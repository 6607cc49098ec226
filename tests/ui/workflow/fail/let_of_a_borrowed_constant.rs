//! A binding is recorded, and what borrows for ever cannot be read back.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

const GREETING: &str = "hello";

workflow! {
    pub async fn greet(order: Order) -> Result<u64> {
        let greeting = GREETING;
        Ok(order.id + greeting.len() as u64)
    }
}

fn main() {}
