//! Whether it runs would not be recorded.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        if order.total > 3 && double(order.id).await? > 4 {
            notify("x".to_owned()).await?;
        }
        let any = order.total > 3 || double(order.id).await? > 4;
        Ok(u64::from(any))
    }
}

fn main() {}
