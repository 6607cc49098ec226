//! rustc suggests what was meant.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let total = order.total;
        let more = totl + 3;
        Ok(more + ordr.id)
    }
}

fn main() {}
