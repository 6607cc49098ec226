//! A fixture at work: one run, on a thread, a runtime and a time of its own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use futures_util::future::{Either, select};
use serde::Serialize;
use serde_json::Value;

use crate::engine::EngineError;
use crate::error::{Status, WorkflowError};
use crate::in_process::Invocation;
use crate::services::Container;
use crate::step::error::panicked;
use crate::step::{Callable, RunsOn};
use crate::store::MemoryStore;
use crate::testing::TestEngine;
use crate::testing::steps::FaultPlan;
use crate::workflow::Workflow;

use super::fatal::FatalCancel;
use super::fixture::{Fixture, Input};
use super::signals::Signals;
use super::stage::{After, Crash, End, Host, How, Ran, Stage};
use super::trace::{Probe, Tracer};

/// The id of every execution, so that keys are the same from run to run.
const ID: &str = "saga";

/// An execution that takes longer will not end any more.
const AGES: Duration = Duration::from_secs(400 * 86_400);

impl<W, C, S> Stage for Fixture<W, C, S>
where
    W: Workflow + RunsOn<C>,
    C: Container,
    S: Serialize + 'static,
{
    fn run(&self, input: usize, how: &How) -> Ran {
        let Some(input) = self.inputs.get(input) else { return Ran::broken("there is no such input".to_owned()) };
        let play = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build()?;
            runtime.block_on(self.play(input, how))
        };
        // A thread of its own, because the caller may be on a runtime; it also keeps panics of the fixture.
        let ran = std::thread::scope(|scope| scope.spawn(play).join());
        match ran {
            Ok(Ok(ran)) => ran,
            Ok(Err(error)) => Ran::broken(format!("{error:#}")),
            Err(panic) => Ran::broken(format!("the fixture {:#}", panicked(&*panic))),
        }
    }
}

/// How it ended, whichever host it was on.
type Ended<W> = Result<<W as Callable>::Output, WorkflowError>;

/// One run in the making.
struct Scene<W: Workflow, C: Container> {
    app: Arc<C>,
    invocation: Invocation<W>,
    plan: FaultPlan,
    tracer: Tracer,
    signals: Signals<W, C>,
}

impl<W, C, S> Fixture<W, C, S>
where
    W: Workflow + RunsOn<C>,
    C: Container,
    S: Serialize + 'static,
{
    async fn play(&self, input: &Input<W, C>, how: &How) -> Result<Ran> {
        let (app, mut invocation) = (input.make)();
        let before = self.look(&app, "")?;
        let plan = FaultPlan::with(how.rules.clone(), how.ways.clone());
        let tracer = Tracer::new(how.probe.then(|| self.probe(&app)));
        invocation.id.get_or_insert_with(|| ID.to_owned());
        let signals = self.signals_for(input);
        let scene = Scene { app: Arc::clone(&app), invocation, plan: plan.clone(), tracer: tracer.clone(), signals };
        let mut ran = Ran::broken(String::new());
        let ended = match &how.host {
            Host::InProcess => self.in_process(scene, how).await?,
            Host::Engine { crash, after } => self.on_engine(input, scene, crash.clone(), *after, &mut ran).await?,
        };
        if let Some(end) = &self.afterwards {
            end(&app, ended.is_ok());
        }
        let after = self.look(&app, &tracer.panicked())?;
        ran.end = match ended {
            Ok(output) => End::Completed {
                holds: self.holds(&before, &after, &output),
                output: serde_json::to_value(&output).context("the output cannot be written as JSON")?,
            },
            Err(error) => End::RolledBack(error),
        };
        let as_json = |world: &S| serde_json::to_value(world).context("the snapshot of the world is not JSON");
        (ran.before, ran.after) = (as_json(&before)?, as_json(&after)?);
        (ran.seen, ran.passed) = (tracer.seen(), tracer.passed());
        (ran.hits, ran.missed) = (plan.hits(), plan.missed());
        ran.writes_before_undo = tracer.writes_before_undo();
        Ok(ran)
    }

    /// The world as it is now.
    fn look(&self, app: &C, after: &str) -> Result<S> {
        catch_unwind(AssertUnwindSafe(|| (self.snapshot)(app)))
            .map_err(|panic| anyhow!("the snapshot of the world {:#}{after}", panicked(&*panic)))
    }

    fn probe(&self, app: &Arc<C>) -> Probe {
        let (app, snapshot) = (Arc::clone(app), Arc::clone(&self.snapshot));
        Arc::new(move || serde_json::to_value(snapshot(&app)).unwrap_or(Value::Null))
    }

    fn holds(&self, before: &S, after: &S, output: &W::Output) -> Result<(), String> {
        let Some(check) = &self.completed else { return Ok(()) };
        catch_unwind(AssertUnwindSafe(|| check(before, after, output)))
            .map_err(|panic| format!("{:#}", panicked(&*panic)))
    }

    async fn in_process(&self, scene: Scene<W, C>, how: &How) -> Result<Ended<W>> {
        let Scene { app, mut invocation, plan, tracer, signals } = scene;
        invocation.options.layers.push(Arc::new(plan));
        invocation.options.layers.push(Arc::new(tracer.clone()));
        invocation.options.round_trip |= how.round_trip;
        let handle = invocation.spawn(app);
        signals.iter().for_each(|signal| signal.in_process(&handle));
        tokio::time::timeout(AGES, handle.result()).await.map_err(|_| never::<W>(&tracer))
    }

    async fn on_engine(
        &self,
        input: &Input<W, C>,
        scene: Scene<W, C>,
        crash: Option<Crash>,
        after: After,
        ran: &mut Ran,
    ) -> Result<Ended<W>> {
        let Scene { app, mut invocation, plan, tracer, signals } = scene;
        let id = invocation.id.clone().unwrap_or_default();
        let mut builder = TestEngine::builder(Arc::clone(&app)).workflow::<W>();
        for layer in std::mem::take(&mut invocation.options.layers) {
            builder = builder.layer(layer);
        }
        let fatal = FatalCancel::new(plan.clone(), crash.as_ref());
        let builder = builder.layer(Arc::new(fatal.clone())).layer(Arc::new(tracer.clone()));
        let engine = builder.start_on(MemoryStore::new(), |store| {
            let meter = store.clone();
            tracer.measure(Arc::new(move || meter.writes()));
            fatal.kills(store.clone());
            if let Some(Crash::Store(fault)) = crash {
                store.inject(fault);
            }
        });
        let mut engine = engine.await?;
        let store = engine.store().clone();
        let mut told = 0;
        let first = {
            let run = pin!(self.run_on(&engine, invocation, &id, &signals, &mut told));
            match select(run, pin!(store.stopped())).await {
                Either::Left((ended, _)) => Some(ended?),
                Either::Right(_) => None,
            }
        };
        ran.writes = store.writes();
        let ended = match first {
            Some(ended) => ended,
            None => {
                ran.crashed = true;
                let app = self.after_crash.as_ref().map_or_else(|| Arc::clone(&app), |restart| restart(&app));
                engine.restart_with(app).await?;
                let (_, mut again) = (input.make)();
                again.id = Some(id.clone());
                // The engine has them already.
                again.options.layers.clear();
                self.run_on(&engine, again, &id, &signals, &mut told).await?
            }
        };
        let mut ended = ended.ok_or_else(|| never::<W>(&tracer))?;
        if matches!(after, After::Undo | After::UndoAndRetry) && ended.is_ok() {
            engine.undo(&id).await.context("it has completed and cannot be undone")?;
            ended = result::<W, C>(&engine, &id).await?.ok_or_else(|| never::<W>(&tracer))?;
        }
        if let Err(error) = &ended
            && matches!(after, After::Retry | After::UndoAndRetry)
            && error.status() == Status::Failed
        {
            ran.gave_up = Some(error.clone());
            plan.heal();
            engine.retry_compensation(&id).await.context("what is not undone cannot be undone again")?;
            ended = result::<W, C>(&engine, &id).await?.ok_or_else(|| never::<W>(&tracer))?;
        }
        Ok(ended)
    }

    /// Starts the execution, or finds it, sends what signals are not yet sent, and waits for its end, if there is one.
    async fn run_on(
        &self,
        engine: &TestEngine<C>,
        invocation: Invocation<W>,
        id: &str,
        signals: &Signals<W, C>,
        told: &mut usize,
    ) -> Result<Option<Ended<W>>> {
        engine.start(invocation).await?;
        for signal in signals.iter().skip(*told) {
            match signal.on_engine(engine, id).await {
                // It did not wait for the signal: its result says why.
                Ok(()) | Err(EngineError::Ended { .. }) => *told += 1,
                Err(error) => return Err(error.into()),
            }
        }
        result::<W, C>(engine, id).await
    }
}

/// How the execution ends; nothing if it does not.
async fn result<W: Workflow + RunsOn<C>, C: Container>(engine: &TestEngine<C>, id: &str) -> Result<Option<Ended<W>>> {
    let run = engine.execution::<W>(id).await?;
    match tokio::time::timeout(AGES, run.result()).await {
        Ok(Ok(output)) => Ok(Some(Ok(output))),
        Ok(Err(EngineError::Workflow(error))) => Ok(Some(Err(error))),
        Ok(Err(error)) => Err(error.into()),
        Err(_) => Ok(None),
    }
}

fn never<W: Workflow>(tracer: &Tracer) -> anyhow::Error {
    anyhow!("`{}` never ends: {}", W::INFO.name, tracer.waits_for())
}
