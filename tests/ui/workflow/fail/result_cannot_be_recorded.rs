//! A result that is no data.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

pub struct Confirmation {
    pub id: u64,
}

workflow! {
    pub async fn place(order: Order) -> Result<Confirmation> {
        let charge = double(order.id).await?;
        Ok(Confirmation { id: charge })
    }
}

fn main() {}
