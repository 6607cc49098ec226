#![deny(warnings)]
//! rustc speaks of what nobody uses.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order, unread: u64) -> Result<u64> {
        let total = double(order.id).await?;
        let Line { sku, count } = order.lines[0].clone();
        for line in order.lines {
            notify(sku).await?;
        }
        if let Some(coupon) = order.coupon {
            #[name = "a"]
            notify("x".to_owned()).await?;
        }
        Ok(order.total)
    }
}

fn main() {}
