//! What a day has brought.

use std::time::Duration;

use anyhow::{Context, Result};
use workflow_runtime::store::{Execution, Filter, Store};
use workflow_runtime::{Engine, EngineError, ExecutionStatus, WorkflowError};
use workflow_sqlite::SqliteStore;

use super::domain::Receipt;
use super::durable::{every, statuses};
use super::history::History;
use super::journal;
use super::restock::{Delivery, restock};
use super::run::App;
use super::workflow::place_order;

/// Everything that is through, and what waits.
#[derive(Debug, Default)]
pub struct Day {
    /// The orders, by number.
    pub finished: Vec<Finished>,
    /// The goods that were bought.
    pub deliveries: Vec<Delivery>,
    /// How many purchases wait for an approval.
    pub waiting: usize,
    /// How many executions failed.
    pub failed: usize,
}

/// An order that is through, one way or the other.
#[derive(Debug)]
pub struct Finished {
    /// The order's number.
    pub order: String,
    /// What came of it.
    pub result: Result<Receipt, WorkflowError>,
    /// How long it took.
    pub took: Duration,
    /// What happened on the way.
    pub history: History,
}

impl Day {
    /// Reads it from the store, whichever process saw it happen.
    ///
    /// # Errors
    /// When the store fails, or something in it cannot be read.
    pub async fn of(engine: &Engine<App>, store: &SqliteStore) -> Result<Self> {
        let mut day = Self::default();
        for found in every(store, Filter { statuses: statuses(true), ..Filter::default() }).await? {
            day.failed += usize::from(found.status == ExecutionStatus::Failed);
            let row = store.load(&found.id).await?.with_context(|| format!("{} has gone", found.id))?;
            if row.workflow == restock::graph().name() {
                day.deliveries.extend(ended(engine.execution::<restock>(&row.id).await?.result().await)?.ok());
            } else if row.workflow == place_order::graph().name() {
                let result = ended(engine.execution::<place_order>(&row.id).await?.result().await)?;
                day.finished.push(finished(store, row, result).await?);
            }
        }
        let (statuses, workflow) = (vec![ExecutionStatus::Waiting], Some(restock::graph().name().to_owned()));
        day.waiting = every(store, Filter { statuses, workflow, ..Filter::default() }).await?.len();
        day.finished.sort_by(|a, b| a.order.cmp(&b.order));
        Ok(day)
    }
}

/// What came of an execution that has ended.
fn ended<T>(result: Result<T, EngineError>) -> Result<Result<T, WorkflowError>> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(EngineError::Workflow(error)) => Ok(Err(error)),
        Err(error) => Err(error.into()),
    }
}

async fn finished(store: &SqliteStore, row: Execution, result: Result<Receipt, WorkflowError>) -> Result<Finished> {
    let events = store.history(&row.id, row.run).await?;
    let took = row.ended.unwrap_or(row.updated).saturating_sub(row.created);
    let took = Duration::from_millis(u64::try_from(took).unwrap_or_default());
    let history = journal::history(&place_order::graph(), &row, &events);
    Ok(Finished { history, order: row.id, result, took })
}
