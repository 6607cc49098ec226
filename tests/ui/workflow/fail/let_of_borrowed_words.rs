//! A binding is recorded, so it owns the words of a string too.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let words: Vec<_> = name_of(order.id).await?.split(' ').filter(|word| word.len() > 1).collect();
        Ok(words.len() as u64)
    }
}

fn main() {}
