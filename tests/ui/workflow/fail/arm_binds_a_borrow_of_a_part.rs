//! What the chosen arm binds is recorded, so it is not looked at through a borrow.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn list(order: Order) -> Result<()> {
        if let Some(coupon) = &order.coupon {
            notify(coupon.clone()).await?;
        }
        Ok(())
    }
}

fn main() {}
