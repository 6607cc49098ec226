//! A store is opened before an engine is built on it.

use anyhow::Result;
use workflow_runtime::Engine;

#[tokio::main]
async fn main() -> Result<()> {
    let engine = Engine::builder(()).store("orders.db").start().await?;
    engine.shutdown().await?;
    Ok(())
}
