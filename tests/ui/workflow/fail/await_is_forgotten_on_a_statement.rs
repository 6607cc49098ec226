//! A statement that calls a step without `.await` would do nothing.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        notify(format!("order {}", order.id));
        Ok(order.id)
    }
}

fn main() {}
