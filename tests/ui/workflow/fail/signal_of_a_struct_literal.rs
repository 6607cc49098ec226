//! A signal is a type.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let approval = signal!(Approval { by: order.id.to_string() }).await?;
        notify(approval.by).await?;
        Ok(order.id)
    }
}

fn main() {}
