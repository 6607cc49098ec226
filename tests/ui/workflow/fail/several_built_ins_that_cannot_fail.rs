//! No `?` behind what cannot fail.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        sleep!("2h").await?;
        emit!(OrderPlaced { id: order.id }).await;
        Ok(order.id)
    }
}

fn main() {}
