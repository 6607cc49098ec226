//! Everything that the workflow borrows, the container of the engine has to lend.

use anyhow::Result;
use workflow_runtime::{Engine, MemoryStore, Services, step, workflow};

struct Payments;

#[derive(Services)]
struct App {}

#[step]
async fn charge(cents: u64, payments: &Payments) -> Result<u64> {
    let _ = payments;
    Ok(cents)
}

workflow! {
    async fn pay(cents: u64) -> Result<u64> {
        charge(cents).await
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let engine = Engine::builder(App {}).store(MemoryStore::new()).start().await?;
    let paid = engine.run(pay(5).id("order-42")).await?;
    println!("{paid}");
    Ok(())
}
