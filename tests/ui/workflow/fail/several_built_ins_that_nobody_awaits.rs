//! Built-ins are awaited.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        sleep!("2h");
        let approval = signal!(Approval);
        parallel!(double(order.id), name_of(order.id));
        Ok(order.id)
    }
}

fn main() {}
