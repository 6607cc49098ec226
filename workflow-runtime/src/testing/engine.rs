//! An engine that lives in a test: in memory, on virtual time, and killed when the test says so.

use std::fmt;
use std::future::{Future, pending};
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::clock::PausedClock;
use crate::engine::{Engine, EngineBuilder, EngineError};
use crate::interpose::{Begin, Interpose, Layers, Place};
use crate::observe::Watcher;
use crate::services::{Container, IntoShared};
use crate::step::{BoxFuture, Definition, Returned, RunsOn};
use crate::store::{MemoryStore, Store};
use crate::workflow::Workflow;

use super::history::History;
use super::steps::replacing;
use super::{FaultPlan, FaultStore, StandIn};

/// An engine on a [`MemoryStore`], for tests with `#[tokio::test(start_paused = true)]`: time is virtual, a crash is a
/// call, and whatever the engine can do, it can do too.
///
/// ```
/// use std::time::Duration;
/// use anyhow::Result;
/// use workflow_runtime::prelude::*;
/// use workflow_runtime::testing::TestEngine;
///
/// #[step]
/// async fn remind(who: String) -> Result<String> { Ok(format!("{who} reminded")) }
///
/// workflow! {
///     async fn nag(who: String) -> Result<String> {
///         sleep!("2h").await;
///         remind(who).await
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> Result<()> {
/// let mut engine = TestEngine::builder(()).workflow::<nag>().start().await?;
/// engine.start(nag("Ada".into()).id("nag")).await?;
/// engine.advance(Duration::from_secs(3600)).await;
/// engine.restart().await?; // a crash, and another engine on the same store
/// assert_eq!(engine.execution::<nag>("nag").await?.result().await?, "Ada reminded");
/// assert_eq!(engine.history("nag").await?.to_string(), "\
/// sleep.began sleep#1
/// sleep.woke sleep#1
/// step.began remind {\"input\":{\"whole\":[\"Ada\"]},\"runs\":\"remind\"}
/// step.succeeded remind {\"attempts\":1,\"output\":\"Ada reminded\"}
/// ended {\"status\":\"completed\"}
/// ");
/// # Ok(()) }
/// ```
pub struct TestEngine<C: Container> {
    parts: Parts<C>,
    memory: MemoryStore,
    store: FaultStore<MemoryStore>,
    engine: Engine<C>,
    life: watch::Sender<bool>,
}

impl<C: Container> fmt::Debug for TestEngine<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestEngine").field("engine", &self.engine).finish_non_exhaustive()
    }
}

/// A test engine in the making.
#[must_use = "an engine works only after `.start().await`"]
pub struct TestEngineBuilder<C: Container> {
    parts: Parts<C>,
}

impl<C: Container> fmt::Debug for TestEngineBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestEngineBuilder").finish_non_exhaustive()
    }
}

const LOOK: Duration = Duration::from_secs(3_600);

/// What a crash leaves alone.
struct Parts<C: Container> {
    app: Arc<C>,
    clock: PausedClock,
    workflows: Vec<fn(EngineBuilder<C>) -> EngineBuilder<C>>,
    watchers: Vec<Watcher>,
    layers: Layers,
}

impl<C: Container> TestEngine<C> {
    /// An engine that lends the services of `app` to steps.
    pub fn builder(app: impl IntoShared<C>) -> TestEngineBuilder<C> {
        let (app, clock) = (app.into_shared(), PausedClock::new());
        TestEngineBuilder { parts: Parts { app, clock, workflows: vec![], watchers: vec![], layers: Layers::new() } }
    }

    /// The store beneath it, for faults and counts of writes. After a restart it is another one on the same data.
    #[must_use]
    pub fn store(&self) -> &FaultStore<MemoryStore> {
        &self.store
    }

    /// Lets time pass. What becomes due meanwhile happens in its order.
    pub async fn advance(&self, by: Duration) {
        tokio::time::sleep(by).await;
    }

    /// Kills the engine: steps stop where they are, nothing more is written, nobody gets an answer. Then starts another
    /// one on what is written, which takes over at once.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn restart(&mut self) -> Result<(), EngineError> {
        self.restart_with(Arc::clone(&self.parts.app)).await
    }

    /// The same with another container, that of a process which remembers nothing: its services may lend the same world.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn restart_with(&mut self, app: impl IntoShared<C>) -> Result<(), EngineError> {
        self.kill();
        self.memory.retire(self.engine.owner()).await?;
        self.parts.app = app.into_shared();
        let parts = &self.parts;
        let (store, life) = (FaultStore::new(self.memory.clone()), watch::Sender::new(true));
        self.engine = parts.start(store.clone(), &life).await?;
        (self.store, self.life) = (store, life);
        Ok(())
    }

    fn kill(&self) {
        self.store.stop_now();
        self.life.send_replace(false);
    }

    /// The journal of the latest run of an execution, for a snapshot.
    ///
    /// # Errors
    /// When there is no such execution, or the store fails.
    pub async fn history(&self, id: &str) -> Result<History, EngineError> {
        Ok(self.engine.history(id).await?.into())
    }
}

impl<C: Container> Deref for TestEngine<C> {
    type Target = Engine<C>;

    fn deref(&self) -> &Engine<C> {
        &self.engine
    }
}

impl<C: Container> Drop for TestEngine<C> {
    fn drop(&mut self) {
        self.kill();
    }
}

impl<C: Container> TestEngineBuilder<C> {
    /// Registers a workflow.
    pub fn workflow<W: Workflow + RunsOn<C>>(mut self) -> Self {
        self.parts.workflows.push(EngineBuilder::workflow::<W>);
        self
    }

    /// Adds an observer of every execution.
    pub fn observer(mut self, observer: impl Into<Watcher>) -> Self {
        self.parts.watchers.push(observer.into());
        self
    }

    /// Things go wrong as planned.
    pub fn faults(self, plan: &FaultPlan) -> Self {
        self.layer(Arc::new(plan.clone()))
    }

    /// Runs `fake` in the place of the step `S`, as [`Invocation::replace`](crate::Invocation::replace) does.
    pub fn replace<S: Definition>(mut self, fake: impl StandIn<S>) -> Self {
        self.parts.layers.insert(0, replacing(fake));
        self
    }

    pub(crate) fn layer(mut self, layer: Arc<dyn Interpose>) -> Self {
        self.parts.layers.push(layer);
        self
    }

    /// Starts the engine.
    ///
    /// # Errors
    /// When two workflows are registered under one name and version.
    pub async fn start(self) -> Result<TestEngine<C>, EngineError> {
        self.start_on(MemoryStore::new(), |_| {}).await
    }

    /// Starts the engine on this data, with a store that `prepare` has seen.
    pub(crate) async fn start_on(
        self,
        memory: MemoryStore,
        prepare: impl FnOnce(&FaultStore<MemoryStore>),
    ) -> Result<TestEngine<C>, EngineError> {
        let (store, life) = (FaultStore::new(memory.clone()), watch::Sender::new(true));
        prepare(&store);
        let engine = self.parts.start(store.clone(), &life).await?;
        Ok(TestEngine { parts: self.parts, memory, store, engine, life })
    }
}

impl<C: Container> Parts<C> {
    fn start(
        &self,
        store: FaultStore<MemoryStore>,
        life: &watch::Sender<bool>,
    ) -> impl Future<Output = Result<Engine<C>, EngineError>> {
        let mut builder = Engine::builder(Arc::clone(&self.app)).store(store).clock(self.clock);
        // Nobody else works on the store, so that days may pass in few looks at it.
        builder = builder.look_every(LOOK).lease(LOOK * 4);
        for register in &self.workflows {
            builder = register(builder);
        }
        for watcher in &self.watchers {
            builder = builder.observer(watcher);
        }
        builder.layers().extend(self.layers.iter().cloned());
        builder.layers().push(Arc::new(Life { alive: life.subscribe() }));
        builder.start()
    }
}

/// Stops steps where they are when their engine dies.
struct Life {
    alive: watch::Receiver<bool>,
}

impl Interpose for Life {
    fn attempt<'a>(&'a self, _: Place, begin: Begin<'a>) -> BoxFuture<'a, Returned> {
        let mut alive = self.alive.clone();
        Box::pin(async move {
            let dies = async move {
                // The sender is gone with the test.
                let _ = alive.wait_for(|alive| !*alive).await;
            };
            let (mut dies, mut step) = (std::pin::pin!(dies), begin());
            let settled = std::future::poll_fn(|cx| {
                if dies.as_mut().poll(cx).is_ready() {
                    return std::task::Poll::Ready(None);
                }
                step.as_mut().poll(cx).map(Some)
            });
            match settled.await {
                Some(settlement) => settlement,
                None => {
                    drop(step);
                    pending().await
                }
            }
        })
    }
}
