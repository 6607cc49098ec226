//! A step is an async function with `#[step]`. A workflow is async Rust in which every `.await` is a step.

use anyhow::Result;
use workflow_runtime::{step, workflow};

#[step]
async fn find_name(id: u32) -> Result<String> {
    Ok(format!("customer {id}"))
}

#[step]
async fn greet(name: String) -> Result<String> {
    Ok(format!("hello, {name}"))
}

workflow! {
    /// Greets a customer.
    async fn welcome(id: u32) -> Result<String> {
        let name = find_name(id).await?;
        let greeting = greet(name).await?;
        Ok(greeting)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    // `()` is a container without services: these steps need none.
    println!("{}", welcome(7).run(&()).await?);

    // The workflow is known before it runs.
    print!("{}", welcome::graph());
    Ok(())
}

#[cfg(test)]
#[path = "../tests/saga_examples/01_basic_workflow.rs"]
pub(crate) mod suite;
