//! Beginning executions when their time has come.
//!
//! A tick is first decided, by compare-and-set, and then begun under an id that follows from it: of several engines one
//! decides, and whoever finds a decision without its execution begins it, once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::durable::patiently;
use crate::execute::Json;
use crate::services::Container;
use crate::store::{self, Events, ExecutionStatus, NewExecution, StoreError};

use super::super::definition::Definition;
use super::super::shared::{Shared, millis};
use super::decide::{Step, decide};
use super::plan::Plan;
use super::{Overlap, Tick};

/// How often a schedule is looked at that is overdue.
const OVERDUE: i64 = 1_000;

/// Keeps all schedules until the engine closes.
pub(in super::super) async fn keep_ticking<C: Container>(shared: Arc<Shared<C>>) {
    while !shared.closing.load(Ordering::Acquire) {
        let mut changed = pin!(shared.scheduled.notified());
        changed.as_mut().enable();
        let soon = match look(&shared).await {
            Ok(soon) => soon,
            Err(error) => {
                tracing::error!(target: "workflow", %error, "schedules are not kept");
                None
            }
        };
        let now = shared.now();
        // Other processes may change schedules; and one that is overdue waits for something else, for a moment.
        let wait = match soon.map(|next| next - now) {
            Some(wait) if wait <= 0 => OVERDUE,
            wait => wait.unwrap_or(i64::MAX),
        };
        let wait = wait.min(millis(shared.look));
        let wait = Duration::from_millis(u64::try_from(wait).unwrap_or_default());
        futures_util::future::select(changed, shared.clock.sleep(wait)).await;
    }
}

/// Looks at every schedule, and says when the next one ticks.
async fn look<C: Container>(shared: &Arc<Shared<C>>) -> Result<Option<i64>, StoreError> {
    let mut soon: Option<i64> = None;
    let found = patiently(|| shared.store.schedules()).await?;
    for damaged in found.damaged {
        let error = StoreError::from(damaged);
        tracing::error!(target: "workflow", %error, "a schedule is not kept: remove it, and set it up again");
    }
    for row in found.readable {
        let name = row.name.clone();
        match keep(shared, row).await {
            Ok(next) => soon = [soon, next].into_iter().flatten().min(),
            // The others have done nothing.
            Err(error) => tracing::error!(target: "workflow", %error, schedule = name, "the schedule is not kept"),
        }
    }
    Ok(soon)
}

/// Brings one schedule up to now, and says when it ticks next.
async fn keep<C: Container>(shared: &Arc<Shared<C>>, mut row: store::Schedule) -> Result<Option<i64>, StoreError> {
    loop {
        let name = row.name.clone();
        let mut plan = match Plan::read(&row) {
            Ok(plan) => plan,
            Err(error) => {
                tracing::error!(target: "workflow", %error, schedule = name, "the schedule cannot be read");
                return Ok(None);
            }
        };
        let Some(definition) = ours(shared, &name, &plan) else { return Ok(None) };
        if let Some(last) = plan.last.as_mut().filter(|last| last.pending) {
            let tick = Tick { schedule: name.clone(), at: last.tick };
            last.pending = false;
            begin(shared, definition, &plan, &tick).await?;
            let next = row.next;
            match put(shared, &row, &plan, next).await? {
                Some(written) => row = written,
                // Somebody else has done the same.
                None => return Ok(row.next),
            }
            continue;
        }
        let Some(next) = row.next else { return Ok(None) };
        let now = shared.now();
        if next > now {
            return Ok(Some(next));
        }
        if plan.overlap == Overlap::Wait {
            // Said before it is looked whether there is anything to wait for, so that no end is missed.
            shared.tick_waits.store(true, Ordering::Release);
        }
        let busy = is_busy(shared, &name, &plan).await?;
        let Some(Step { plan: decided, next }) = decide(&plan, next, now, busy) else { return Ok(Some(next)) };
        if decided.last == plan.last {
            tracing::info!(target: "workflow", schedule = name, busy, "a tick was passed over");
        }
        match put(shared, &row, &decided, next).await? {
            Some(written) => row = written,
            None => return Ok(None),
        }
    }
}

/// The definition for a schedule, if this engine can begin its executions.
fn ours<'s, C: Container>(shared: &'s Shared<C>, name: &str, plan: &Plan) -> Option<&'s Definition<C>> {
    let known = shared.definitions.values().find(|known| known.name == plan.workflow && known.version == plan.version);
    known.filter(|_| plan.input.is_some() || shared.inputs().contains_key(name))
}

/// Writes how far a schedule has come, if nobody else has; gives the row as it is then.
async fn put<C: Container>(
    shared: &Shared<C>,
    row: &store::Schedule,
    plan: &Plan,
    next: Option<i64>,
) -> Result<Option<store::Schedule>, StoreError> {
    let written = plan.to_row(&row.name, next).map_err(|error| StoreError::Corrupt {
        place: format!("the schedule `{}`", row.name),
        detail: error.to_string(),
    })?;
    let done = patiently(|| shared.store.put_schedule(written.clone(), Some(row.revision))).await?;
    Ok(done.then(|| store::Schedule { revision: row.revision + 1, ..written }))
}

/// Whether the execution of the last tick has not ended.
async fn is_busy<C: Container>(shared: &Shared<C>, name: &str, plan: &Plan) -> Result<bool, StoreError> {
    let Some(tick) = plan.last_tick(name) else { return Ok(false) };
    let id = tick.execution_id();
    let found = patiently(|| shared.store.load(&id)).await?;
    Ok(found.is_some_and(|found| !found.status.is_finished()))
}

/// Begins the execution of a tick, unless it is there already; whoever has room claims it.
async fn begin<C: Container>(
    shared: &Shared<C>,
    definition: &Definition<C>,
    plan: &Plan,
    tick: &Tick,
) -> Result<(), StoreError> {
    let input = match input(shared, plan, tick) {
        Ok(input) => input,
        Err(error) => {
            tracing::error!(target: "workflow", error, %tick, "the input of a scheduled execution could not be made");
            return Ok(());
        }
    };
    let now = shared.now();
    let new = Arc::new(NewExecution {
        id: tick.execution_id().into(),
        workflow: Arc::clone(&definition.workflow),
        version: plan.version,
        fingerprint: Arc::clone(&definition.printed),
        input: input.get().to_owned(),
        status: ExecutionStatus::Running,
        owner: None,
        due: Some(now),
        events: Events::default(),
        at: now,
        replaces: None,
    });
    shared.recovered.touched(&new.id, now);
    match patiently(|| shared.store.create(Arc::clone(&new))).await {
        Ok(_) => shared.work.notify_one(),
        // That will be so however often it is tried.
        Err(error @ StoreError::TooLarge { .. }) => {
            tracing::error!(target: "workflow", %error, %tick, "a scheduled execution could not begin");
        }
        Err(error) => return Err(error),
    }
    Ok(())
}

fn input<C: Container>(shared: &Shared<C>, plan: &Plan, tick: &Tick) -> Result<Json, String> {
    if let Some(input) = &plan.input {
        return Ok(input.clone());
    }
    let of = shared.inputs().get(&tick.schedule).cloned().ok_or("nobody knows any more how it is made")?;
    catch_unwind(AssertUnwindSafe(|| of(tick)))
        .unwrap_or_else(|panic| Err(crate::step::error::panicked(&*panic).to_string()))
}
