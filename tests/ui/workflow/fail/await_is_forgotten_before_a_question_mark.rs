//! A step without services that is called without `.await`, inside a bigger expression.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let cents = order.total + double(order.id)?;
        Ok(cents * 2)
    }
}

fn main() {}
