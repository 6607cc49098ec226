//! Only a failure leaves the workflow.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let Some(coupon) = order.coupon else { panic!() };
        Ok(coupon.len() as u64)
    }
}

fn main() {}
