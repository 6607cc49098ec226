//! What is said about a call in an expression is said about all of it.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

mod prices {
    pub fn gross(net: u64) -> u64 {
        net + net / 5
    }
}

workflow! {
    pub async fn place(order: Order) -> Result<()> {
        notify(prices::gross(order.total)).await?;
        Ok(())
    }
}

fn main() {}
