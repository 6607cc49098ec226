//! Branches run at the same time.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let (left, right) = parallel!(double(order.id), #[name = "right"] double(left)).await?;
        let (a, b) = parallel!(
            async { let inner = #[name = "a"] double(left).await?; Ok(inner) },
            double(inner),
        ).await?;
        Ok(right + a + b)
    }
}

fn main() {}
