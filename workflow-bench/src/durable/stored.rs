//! Files with many executions in them: copies of one that ran, written through the store itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Context;
use tokio::task::JoinSet;
use workflow_runtime::store::{Events, Execution, ExecutionStatus, NewEvent, NewExecution, Store};
use workflow_sqlite::SqliteStore;

/// An execution to be copied.
#[derive(Debug, Clone)]
pub struct Template {
    execution: Execution,
    events: Events,
}

impl Template {
    /// The execution as it stands now.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn of(store: &SqliteStore, id: &str) -> anyhow::Result<Self> {
        let execution = store.load(id).await?.context("the template is not there")?;
        let journal = store.history(id, execution.run).await?;
        let events: Vec<NewEvent> = journal.into_iter().map(Into::into).collect();
        Ok(Self { execution, events: events.into() })
    }

    /// How many events a copy has.
    #[must_use]
    pub fn events(&self) -> usize {
        self.events.len()
    }

    fn copy(&self, number: usize, owner: Option<&str>) -> NewExecution {
        let of = &self.execution;
        NewExecution {
            id: scattered(number).into(),
            workflow: of.workflow.as_str().into(),
            version: of.version,
            fingerprint: of.fingerprint.as_str().into(),
            input: of.input.clone(),
            status: of.status,
            owner: owner.map(Into::into),
            due: None,
            events: self.events.clone(),
            at: of.created.saturating_add(i64::try_from(number).unwrap_or_default()),
            replaces: None,
        }
    }

    /// Writes the copies with the numbers of a range. Those of an unfinished template belong to `owner`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn fill(self, store: &SqliteStore, numbers: std::ops::Range<usize>, owner: &str) -> anyhow::Result<()> {
        let owner = (!self.execution.status.is_finished()).then(|| owner.to_owned());
        let (next, template) = (Arc::new(AtomicUsize::new(numbers.start)), Arc::new(self));
        let mut lanes = JoinSet::new();
        for _ in 0..1_000 {
            let (store, next, template, owner) =
                (store.clone(), Arc::clone(&next), Arc::clone(&template), owner.clone());
            lanes.spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= numbers.end {
                        return anyhow::Ok(());
                    }
                    store.create(template.copy(number, owner.as_deref())).await?;
                }
            });
        }
        while let Some(lane) = lanes.join_next().await {
            lane??;
        }
        Ok(())
    }

    /// The same with another status.
    #[must_use]
    pub fn with(mut self, status: ExecutionStatus) -> Self {
        self.execution.status = status;
        self
    }
}

/// Ids as callers choose them: in no order.
#[must_use]
pub fn scattered(number: usize) -> String {
    let mixed = (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    format!("{:016x}-order", mixed ^ (mixed >> 29))
}
