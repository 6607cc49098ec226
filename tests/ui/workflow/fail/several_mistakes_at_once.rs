//! All mistakes are reported, each once.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let mut total = order.total;
        let lines = &order.lines;
        let id = order.lines.load().await?;
        if total > 3 {
            return Ok(0);
        }
        let a = double(id).await?;
        let b = double(a).await?;
        Ok(total)
    }
}

fn main() {}
