//! Also in process.

use anyhow::Result;
use serde::{Deserialize, Serialize};
use workflow_runtime::workflow;

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
    let run = refund_all(vec![5]).spawn(());
    run.signal(Approval { by: "Ada".to_owned() })?;
    Ok(())
}
