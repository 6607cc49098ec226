//! Randomness belongs in a step.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

struct Uuid;

impl Uuid {
    fn new_v4() -> u64 {
        4
    }
}

mod rand {
    pub fn random<T: Default>() -> T {
        T::default()
    }
}

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let id = Uuid::new_v4();
        let dice = rand::random::<u64>();
        Ok(order.total + dice + id)
    }
}

fn main() {}
