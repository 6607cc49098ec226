//! Somebody has to send the signal.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(_order: Order) -> Result<u64> {
        let approval = signal!(Approval).await?;
        Ok(approval.by.len() as u64)
    }
}

fn main() {
    let _ = block_on(place(order()).run(&App::default()));
}
