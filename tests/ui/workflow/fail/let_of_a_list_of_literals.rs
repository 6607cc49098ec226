//! A binding is recorded, so it owns the strings in a list too.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let words = vec!["pen", "ink"];
        Ok(order.id + words.len() as u64)
    }
}

fn main() {}
