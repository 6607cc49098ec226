//! Only steps and workflows can be awaited. The words are rustc's, because a name is looked up before any trait is: a step
//! is a type beside its function, and where there is none, no bound is asked that could have words of its own. Only an
//! import finds a function where a type may be missing, and a misspelt step would then be an import that fails.
#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order) -> Result<u64> {
        let id = plain(order.id).await?;
        Ok(id)
    }
}

fn main() {}
