//! A step that is called without `.await` is a function that lacks its services, and its value is used.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let count = reserve(order.lines);
        let cents = double(u64::from(count) * 2).await?;
        Ok(cents + u64::from(count))
    }
}

fn main() {}
