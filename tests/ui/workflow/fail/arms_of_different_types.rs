//! Arms are typed.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let a = if order.total > 3 { double(order.id).await? } else { "none".to_owned() };
        Ok(a)
    }
}

fn main() {}
