//! A name is a durable identity.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let a = double(order.id).await?;
        let b = double(a).await?;
        let c = #[name = "b"] double(b).await?;
        #[name = "b"]
        let d = double(c).await?;
        Ok(d)
    }
}

fn main() {}
