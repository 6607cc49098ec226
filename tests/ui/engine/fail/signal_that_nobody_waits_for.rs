//! A signal goes to a workflow that has a `signal!` of its type.

use anyhow::Result;
use serde::{Deserialize, Serialize};
use workflow_runtime::{Engine, MemoryStore, workflow};

#[derive(Clone, Serialize, Deserialize)]
struct Approval {
    by: String,
}

workflow! {
    async fn refund(cents: u64) -> Result<String> {
        let approval = signal!(Approval).await?;
        Ok(format!("{cents} cents, approved by {}", approval.by))
    }
}

workflow! {
    async fn refund_all(cents: Vec<u64>) -> Result<Vec<String>> {
        let refunds = for cents in cents { refund(cents).await? };
        Ok(refunds)
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let engine = Engine::builder(()).store(MemoryStore::new()).workflow::<refund_all>().start().await?;
    let run = engine.start(refund_all(vec![5])).await?;
    run.signal(Approval { by: "Ada".to_owned() }).await?;
    Ok(())
}
