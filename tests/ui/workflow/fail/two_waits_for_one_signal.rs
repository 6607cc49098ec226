//! Two waits on one type need names.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let a = signal!(Approval).await?;
        let b = signal!(Approval).await?;
        Ok((a.by.len() + b.by.len()) as u64)
    }
}

fn main() {}
