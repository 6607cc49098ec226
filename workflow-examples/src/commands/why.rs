//! Why an execution did not complete.

use anyhow::Result;
use workflow_runtime::store::Execution;
use workflow_runtime::{Engine, EngineError, ExecutionStatus};
use workflow_sqlite::SqliteStore;

use crate::shop::restock::restock;
use crate::shop::workflow::place_order;

/// Why it did not complete, in prose. An engine without workflows takes nothing up.
pub(super) async fn why(store: &SqliteStore, row: &Execution) -> Result<Option<String>> {
    if !row.status.is_finished() && row.status != ExecutionStatus::Parked {
        return Ok(None);
    }
    let engine = Engine::builder(()).store(store.clone()).start().await?;
    let result = if row.workflow == restock::graph().name() {
        engine.execution::<restock>(&row.id).await?.result().await.map(drop)
    } else if row.workflow == place_order::graph().name() {
        engine.execution::<place_order>(&row.id).await?.result().await.map(drop)
    } else {
        Ok(())
    };
    engine.shutdown().await?;
    match result {
        Ok(()) => Ok(None),
        Err(error @ (EngineError::Workflow(_) | EngineError::Parked { .. })) => Ok(Some(error.to_string())),
        Err(error) => Err(error.into()),
    }
}
