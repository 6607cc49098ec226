//! What was unfinished when the engine started.

use std::collections::HashSet;
use std::pin::pin;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::durable::patiently;
use crate::services::Container;
use crate::store::{Execution, ExecutionStatus, Filter, StoreError, Summary};

use super::Engine;
use super::error::EngineError;
use super::shared::{Shared, millis};

/// How often the store is asked, where nothing that happens here says when.
const POLL: Duration = Duration::from_millis(200);

pub(super) const UNFINISHED: [ExecutionStatus; 3] =
    [ExecutionStatus::Running, ExecutionStatus::Waiting, ExecutionStatus::Compensating];

/// Tells what was left from before from what came later.
#[derive(Debug)]
pub(super) struct Recovered {
    since: i64,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    count: u64,
    // By its times, what is written in the very millisecond of the start could be from before.
    ours: HashSet<String>,
    counted: HashSet<String>,
}

impl Recovered {
    pub(super) fn since(since: i64) -> Self {
        Self { since, seen: Mutex::default() }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn count(&self) -> u64 {
        self.seen().count
    }

    /// The engine has begun or changed this one.
    pub(super) fn touched(&self, id: &str, at: i64) {
        if at <= self.since {
            self.seen().ours.insert(id.to_owned());
        }
    }

    /// The engine has claimed this one, and will write to it before it lets go of it again.
    pub(super) fn claimed(&self, row: &Execution, now: i64) {
        let mut seen = self.seen();
        if row.updated > self.since || seen.ours.contains(&row.id) || seen.counted.contains(&row.id) {
            return;
        }
        seen.count += 1;
        if now <= self.since {
            seen.counted.insert(row.id.clone());
        }
    }

    fn is_ours(&self, id: &str) -> bool {
        self.seen().ours.contains(id)
    }
}

impl<C: Container> Engine<C> {
    /// How many unfinished executions from before its start the engine has taken up so far. What waits counts when it is
    /// taken up, and what another engine works on does not.
    #[must_use]
    pub fn recovered(&self) -> u64 {
        self.shared.recovered.count()
    }

    /// Waits for everything that was unfinished when the engine started: until each has ended, is parked, or waits for a
    /// signal or for longer than `longest`. Says how many wait so. Executions of workflows that are not registered here are
    /// left out.
    ///
    /// # Errors
    /// When the engine is shut down, or the store fails.
    pub async fn wait_for_recovered(&self, longest: Duration) -> Result<u64, EngineError> {
        let shared = &self.shared;
        loop {
            let mut idle = pin!(shared.idle.notified());
            idle.as_mut().enable();
            if let Some(waiting) = waiting(shared, millis(longest)).await? {
                return Ok(waiting);
            }
            if shared.closing.load(Ordering::Acquire) {
                return Err(EngineError::Closed);
            }
            // Either is a reason to look again.
            let _ = tokio::time::timeout(POLL, idle).await;
        }
    }
}

/// How many executions from before wait; `None` while any is at work, or soon will be.
async fn waiting<C: Container>(shared: &Shared<C>, longest: i64) -> Result<Option<u64>, EngineError> {
    let latest = shared.now().saturating_add(longest);
    let waits = |found: &Summary| found.owner.is_none() && found.due.is_none_or(|due| due > latest);
    let mut count = 0;
    for status in UNFINISHED {
        let mut filter = Filter {
            statuses: vec![status],
            created_before: Some(shared.recovered.since.saturating_add(1)),
            limit: 1000,
            ..Filter::default()
        };
        loop {
            let page = patiently(|| shared.store.list(filter.clone())).await?;
            for found in &page.executions {
                if !shared.knows(&found.workflow) || shared.recovered.is_ours(&found.id) {
                    continue;
                }
                if waits(found) {
                    count += 1;
                    continue;
                }
                // What cannot be read is not taken up by anybody.
                match patiently(|| shared.store.load(&found.id)).await {
                    Err(StoreError::Corrupt { .. }) => {}
                    _ => return Ok(None),
                }
            }
            match page.next {
                Some(next) => filter.after = Some(next),
                None => break,
            }
        }
    }
    Ok(Some(count))
}
