//! A `&str` cannot be read back from a journal.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<String> {
        let kind = if order.id > 5 { "large" } else { "small" };
        Ok(format!("{kind} order {}", order.id))
    }
}

fn main() {}
