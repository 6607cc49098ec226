//! Executions are of workflows; a step is a part of one.

use anyhow::Result;
use workflow_runtime::{Engine, MemoryStore, step};

#[step]
async fn charge(cents: u64) -> Result<u64> {
    Ok(cents)
}

#[tokio::main]
async fn main() -> Result<()> {
    let engine = Engine::builder(()).store(MemoryStore::new()).workflow::<charge>().start().await?;
    engine.shutdown().await?;
    Ok(())
}
