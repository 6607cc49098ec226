//! A workflow can fail.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) {
        notify("x".to_owned()).await?;
    }
}

fn main() {}
