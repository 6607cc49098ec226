//! A workflow changes while executions of it wait: these finish with the definition with which they began, and new ones
//! begin with the new one.

use anyhow::Result;
use serde::{Deserialize, Serialize};
use workflow_runtime::{Engine, step, workflow};
use workflow_sqlite::SqliteStore;

#[derive(Clone, Serialize, Deserialize)]
struct Signature {
    by: String,
}

#[step]
async fn draft(what: String) -> Result<String> {
    println!("  drafted: {what}");
    Ok(what)
}

#[step]
async fn review(what: String) -> Result<String> {
    println!("  reviewed: {what}");
    Ok(what)
}

/// Once it is done there is no way back, so that who cancels meanwhile comes too late. When its answer is lost it is asked
/// again, under the same key, until it is known to be done.
#[step(pivot, retry(forever, backoff = "1s..1h"))]
async fn file(what: String, by: String) -> Result<String> {
    println!("  filed: {what}, signed by {by}");
    Ok(format!("{what} is filed"))
}

/// As it was; it goes when no execution of version 1 is left.
mod before {
    use super::*;

    workflow! {
        pub async fn contract(what: String) -> Result<String> {
            let text = draft(what).await?;
            let signature = signal!(Signature).await?;
            file(text, signature.by).await
        }
    }
}

workflow! {
    /// A review comes first now, so that executions of version 1 do not fit.
    #[workflow(version = 2)]
    async fn contract(what: String) -> Result<String> {
        let text = draft(what).await?;
        let text = review(text).await?;
        let signature = signal!(Signature).await?;
        file(text, signature.by).await
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let store = SqliteStore::open(folder.path().join("contracts.db")).await?;
    let by = |by: &str| Signature { by: by.to_owned() };

    println!("last year");
    let engine = Engine::builder(()).store(store.clone()).workflow::<before::contract>().start().await?;
    engine.start(before::contract("lease".to_owned()).id("lease")).await?;
    engine.shutdown().await?;

    println!("an engine that knows the new definition only");
    let engine = Engine::builder(()).store(store.clone()).workflow::<contract>().start().await?;
    engine.signal::<contract, _>("lease", by("Ada")).await?;
    if let Err(error) = engine.execution::<contract>("lease").await?.result().await {
        println!("  {error}");
    }
    engine.shutdown().await?;

    println!("an engine that knows both");
    let builder = Engine::builder(()).store(store).workflow::<before::contract>().workflow::<contract>();
    let engine = builder.start().await?;
    // The signature has been kept.
    println!("  {}", engine.execution::<before::contract>("lease").await?.result().await?);
    let sale = engine.start(contract("sale".to_owned()).id("sale")).await?;
    engine.signal::<contract, _>("sale", by("Grace")).await?;
    println!("  {}", sale.result().await?);
    engine.shutdown().await?;
    Ok(())
}

#[cfg(test)]
#[path = "../tests/saga_examples/24_versions.rs"]
pub(crate) mod suite;
