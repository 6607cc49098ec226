//! After a pivot nothing may fail.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let auth = charge(order.id, order.total).await?;
        let done = capture(auth).await?;
        let more = double(done).await?;
        Ok(more)
    }
}

fn main() {}
