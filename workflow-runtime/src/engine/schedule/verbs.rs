//! Making, looking at, pausing and removing schedules.

use std::sync::Arc;

use crate::data::record;
use crate::durable::patiently;
use crate::execute::Json;
use crate::in_process::Invocation;
use crate::services::Container;
use crate::step::{BoxFuture, RunsOn};
use crate::store::{self, StoreError};
use crate::workflow::Workflow;

use super::super::error::EngineError;
use super::super::{Engine, start};
use super::plan::Plan;
use super::timing::Timing;
use super::{InputOf, Missed, Overlap, Schedule, Tick};

/// A schedule and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScheduleInfo {
    /// Its name.
    pub name: String,
    /// The workflow that it runs.
    pub workflow: String,
    /// The version of the workflow.
    pub version: u32,
    /// Its cron expression, or its interval, such as `every 900s`.
    pub when: String,
    /// When it ticks next, in milliseconds since the Unix epoch; `None` while it is paused, and when it is over.
    pub next: Option<i64>,
    /// Whether it is paused.
    pub paused: bool,
    /// How many executions it has begun.
    pub runs: u64,
    /// The id of the last one.
    pub last: Option<String>,
}

impl<C: Container> Engine<C> {
    /// Begins an execution of the workflow, with this input, at every tick of a schedule. Its id is made of the name and the
    /// time, such as `nightly@2026-11-23T03:00:00Z`, so that of several engines on a store only one begins it.
    ///
    /// The schedule is kept in the store: any engine there that knows the workflow begins its executions, also after a
    /// restart. Making it again changes what it says, and not how far it has come, unless it says other times.
    ///
    /// ```
    /// use anyhow::Result;
    /// use workflow_runtime::prelude::*;
    /// use workflow_runtime::{MemoryStore, Schedule};
    ///
    /// #[step]
    /// async fn send(to: String) -> Result<String> { Ok(format!("sent to {to}")) }
    ///
    /// workflow! {
    ///     async fn report(to: String) -> Result<String> { send(to).await }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// let engine = Engine::builder(()).store(MemoryStore::new()).workflow::<report>().start().await?;
    /// engine.schedule("nightly", Schedule::cron("0 3 * * *")?, report("ada".to_owned())).await?;
    /// assert_eq!(engine.schedules().await?[0].when, "0 3 * * *");
    /// # engine.shutdown().await?; Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When the workflow is not registered, the invocation carries an id or what belongs to a run in process, the schedule
    /// contradicts itself, or the store fails.
    pub fn schedule<'a, W: Workflow + RunsOn<C>>(
        &'a self,
        name: impl Into<String>,
        schedule: Schedule,
        invocation: Invocation<W>,
    ) -> BoxFuture<'a, Result<(), EngineError>> {
        let name = name.into();
        Box::pin(async move {
            let input = input_of(invocation)?;
            self.make::<W>(&name, schedule, Some(input)).await?;
            self.shared.inputs().remove(&name);
            self.shared.scheduled.notify_one();
            Ok(())
        })
    }

    /// As [`schedule`](Engine::schedule), with an input that is a function of the tick. The store cannot keep a function: only
    /// engines that were given it, since their start, begin executions of this schedule.
    ///
    /// # Errors
    /// As for [`schedule`](Engine::schedule).
    pub fn schedule_with<'a, W: Workflow + RunsOn<C>>(
        &'a self,
        name: impl Into<String>,
        schedule: Schedule,
        invocation: impl Fn(&Tick) -> Invocation<W> + Send + Sync + 'static,
    ) -> BoxFuture<'a, Result<(), EngineError>> {
        let name = name.into();
        Box::pin(async move {
            self.make::<W>(&name, schedule, None).await?;
            let of: InputOf = Arc::new(move |tick| input_of(invocation(tick)).map_err(|error| error.to_string()));
            self.shared.inputs().insert(name, of);
            self.shared.scheduled.notify_one();
            Ok(())
        })
    }

    async fn make<W: Workflow>(&self, name: &str, schedule: Schedule, input: Option<Json>) -> Result<(), EngineError> {
        let refused = |why: &str| Err(EngineError::Schedule { name: name.to_owned(), why: why.to_owned() });
        let Schedule { timing, overlap, missed, at_most } = schedule;
        start::registered::<C, W>(&self.shared)?;
        if name.is_empty() {
            return refused("its name is empty");
        }
        if matches!(timing, Timing::Every(..1)) {
            return refused("its interval is shorter than a millisecond");
        }
        if missed == Missed::RunEach && overlap == Overlap::Skip {
            return refused(
                "with `Missed::RunEach` ticks follow each other closely, and with `Overlap::Skip` all but the first would \
                 be passed over: say `.overlap(Overlap::Wait)` or `.overlap(Overlap::Allow)`",
            );
        }
        let (workflow, version) = (W::INFO.name.to_owned(), W::INFO.version);
        let plan =
            Plan { timing, workflow, version, input, overlap, missed, at_most, paused: false, runs: 0, last: None };
        self.change(name, |found| match found {
            None => Some((plan.clone(), plan.next_after(self.shared.now()))),
            Some((before, _)) if before.says_the_same(&plan) => None,
            Some((before, next)) => {
                let Plan { paused, runs, last, .. } = before.clone();
                let changed = Plan { paused, runs, last, ..plan.clone() };
                let next = next.filter(|_| before.timing == plan.timing && !changed.is_over());
                let next = next.or_else(|| changed.next_after(self.shared.now()));
                Some((changed, next))
            }
        })
        .await
    }

    /// Lets a schedule rest until it is resumed. Pausing it again changes nothing.
    ///
    /// # Errors
    /// When there is no such schedule, or the store fails.
    pub async fn pause_schedule(&self, name: &str) -> Result<(), EngineError> {
        self.rest(name, true).await
    }

    /// Lets a paused schedule go on with its next tick; those before are not made up for.
    ///
    /// # Errors
    /// When there is no such schedule, or the store fails.
    pub async fn resume_schedule(&self, name: &str) -> Result<(), EngineError> {
        self.rest(name, false).await
    }

    async fn rest(&self, name: &str, paused: bool) -> Result<(), EngineError> {
        let mut there = false;
        self.change(name, |found| {
            let (before, _) = found?;
            there = true;
            if before.paused == paused {
                return None;
            }
            let plan = Plan { paused, ..before.clone() };
            let next = plan.next_after(self.shared.now());
            Some((plan, next))
        })
        .await?;
        self.shared.scheduled.notify_one();
        if there { Ok(()) } else { Err(EngineError::NoSuchSchedule { name: name.to_owned() }) }
    }

    /// Removes a schedule; executions that it has begun go on. Says whether it was there.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn remove_schedule(&self, name: &str) -> Result<bool, EngineError> {
        self.shared.inputs().remove(name);
        Ok(patiently(|| self.shared.store.remove_schedule(name)).await?)
    }

    /// Every schedule in the store, by name.
    ///
    /// # Errors
    /// When the store fails, or a schedule cannot be read.
    pub async fn schedules(&self) -> Result<Vec<ScheduleInfo>, EngineError> {
        let found = patiently(|| self.shared.store.schedules()).await?;
        if let Some(damaged) = found.damaged.into_iter().next() {
            return Err(EngineError::Store(damaged.into()));
        }
        found.readable.into_iter().map(|row| Ok(info(&read(&row)?, row))).collect()
    }

    /// Writes what `change` makes of a schedule, or of none; again and again while somebody else is quicker.
    async fn change(
        &self,
        name: &str,
        mut change: impl FnMut(Option<(&Plan, Option<i64>)>) -> Option<(Plan, Option<i64>)>,
    ) -> Result<(), EngineError> {
        let store = &self.shared.store;
        loop {
            let found = patiently(|| store.schedules()).await?;
            if let Some(damaged) = found.damaged.into_iter().find(|damaged| damaged.name == name) {
                return Err(EngineError::Store(damaged.into()));
            }
            let row = found.readable.into_iter().find(|row| row.name == name);
            let before = row.as_ref().map(read).transpose()?;
            let found = before.as_ref().map(|plan| (plan, row.as_ref().and_then(|row| row.next)));
            let Some((plan, next)) = change(found) else { return Ok(()) };
            let written = plan.to_row(name, next).map_err(|error| EngineError::Json {
                what: format!("the schedule `{name}`"),
                detail: error.to_string(),
            })?;
            let expected = row.map(|row| row.revision);
            if patiently(|| store.put_schedule(written.clone(), expected)).await? {
                return Ok(());
            }
        }
    }
}

fn read(row: &store::Schedule) -> Result<Plan, StoreError> {
    Plan::read(row)
        .map_err(|error| StoreError::Corrupt { place: format!("schedule `{}`", row.name), detail: error.to_string() })
}

fn info(plan: &Plan, row: store::Schedule) -> ScheduleInfo {
    ScheduleInfo {
        workflow: plan.workflow.clone(),
        version: plan.version,
        when: plan.timing.to_string(),
        next: row.next,
        paused: plan.paused,
        runs: plan.runs,
        last: plan.last_tick(&row.name).map(|tick| tick.execution_id()),
        name: row.name,
    }
}

fn input_of<W: Workflow>(invocation: Invocation<W>) -> Result<Json, EngineError> {
    let misplaced = |(what, instead)| EngineError::Misplaced { workflow: W::INFO.name, what, instead };
    let Invocation { input, id, options, .. } = invocation;
    if id.is_some() {
        return Err(misplaced(("an id", "the schedule gives each execution an id of its own")));
    }
    options.misplaced().map(misplaced).map_or(Ok(()), Err)?;
    record(input).to_raw().map_err(|error| EngineError::Json {
        what: format!("the input of `{}`", W::INFO.name),
        detail: error.to_string(),
    })
}
