//! The options of a parallel loop come behind its body.

use anyhow::Result;
use workflow_runtime::{step, workflow};

#[step]
async fn pack(item: String) -> Result<String> {
    Ok(item)
}

workflow! {
    async fn pack_all(items: Vec<String>) -> Result<Vec<String>> {
        let packed = parallel!(for item in items, at_most = 2 {
            pack(item).await?
        }).await?;
        Ok(packed)
    }
}

fn main() {
    let _ = pack_all(Vec::new());
}
