//! The ways of running a workflow, behind one face, so that a test says once what holds on all of them.

use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tempfile::TempDir;
use workflow_runtime::__rt::{Container, NeedsNoSignal, RunsOn};
use workflow_runtime::{
    Accepts, Data, Engine, EngineError, Event, Invocation, MemoryStore, NotCancelled, NotDelivered, PausedClock,
    RunHandle, Store, Watcher, Workflow, WorkflowError,
};
use workflow_sqlite::SqliteStore;

use workflow_tests::HoldingTime;

/// Lists tests that hold on every host: each is a function of a [`Host`].
macro_rules! on_every_host {
    ($($test:ident),* $(,)?) => {
        $crate::host::on_every_host!(@in_process InProcess: $($test)*);
        $crate::host::on_every_host!(@round_trip RoundTrip: $($test)*);
        $crate::host::on_every_host!(@on_memory OnMemory: $($test)*);
        $crate::host::on_every_host!(@on_sqlite OnSqlite: $($test)*);
    };
    (@$module:ident $kind:ident: $($test:ident)*) => {
        mod $module {
            $(
                #[tokio::test(start_paused = true)]
                async fn $test() {
                    super::$test($crate::host::Host::new($crate::host::Kind::$kind)).await;
                }
            )*
        }
    };
}
pub(crate) use on_every_host;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    InProcess,
    /// In process, and every value goes through JSON.
    RoundTrip,
    /// On an engine that keeps executions in memory.
    OnMemory,
    /// On an engine that keeps them in a file.
    OnSqlite,
}

/// A way of running workflows. Each run gets an engine and a store of its own.
pub(crate) struct Host {
    pub(crate) kind: Kind,
    watchers: Vec<Watcher>,
    released: Arc<Mutex<Vec<String>>>,
}

impl Host {
    pub(crate) fn new(kind: Kind) -> Self {
        Self { kind, watchers: Vec::new(), released: Arc::default() }
    }

    pub(crate) fn observer(mut self, watcher: &Watcher) -> Self {
        self.watchers.push(watcher.clone());
        self
    }

    /// Runs a workflow to its end.
    pub(crate) async fn run<W, C>(&self, invocation: Invocation<W>, app: &C) -> Result<W::Output, WorkflowError>
    where
        W: Workflow + RunsOn<C> + NeedsNoSignal<()>,
        C: Container + Clone,
    {
        match self.kind {
            Kind::InProcess | Kind::RoundTrip => self.alone(invocation).run(app).await,
            Kind::OnMemory | Kind::OnSqlite => {
                let running = self.start(invocation, app).await;
                let result = running.result().await;
                running.end().await;
                result
            }
        }
    }

    /// Begins to run a workflow.
    pub(crate) async fn start<W, C>(&self, invocation: Invocation<W>, app: &C) -> Running<W, C>
    where
        W: Workflow + RunsOn<C>,
        C: Container + Clone,
    {
        let app = Arc::new(app.clone());
        match self.kind {
            Kind::InProcess | Kind::RoundTrip => Running::InProcess(self.alone(invocation).spawn::<C>(app)),
            Kind::OnMemory => self.on_engine(invocation, app, MemoryStore::new(), None).await,
            Kind::OnSqlite => {
                let place = tempfile::tempdir().unwrap();
                let store = SqliteStore::open(place.path().join("executions.db")).await.unwrap();
                self.on_engine(invocation, app, HoldingTime::new(store), Some(place)).await
            }
        }
    }

    /// What an invocation has instead of an engine.
    fn alone<W: Workflow>(&self, invocation: Invocation<W>) -> Invocation<W> {
        let released = Arc::clone(&self.released);
        let invocation = self.watchers.iter().fold(invocation, |invocation, watcher| invocation.observer(watcher));
        let invocation = invocation.on_any_event(move |event: &Event| {
            released.lock().unwrap().push(String::from_utf8(event.to_json().unwrap()).unwrap());
        });
        if self.kind == Kind::RoundTrip { invocation.round_trip() } else { invocation }
    }

    async fn on_engine<W, C>(
        &self,
        invocation: Invocation<W>,
        app: Arc<C>,
        store: impl Store + Clone,
        place: Option<TempDir>,
    ) -> Running<W, C>
    where
        W: Workflow + RunsOn<C>,
        C: Container,
    {
        // Nobody else works on the store: the engine need not look what others did, nor tell them that it lives.
        let builder = Engine::builder(app).store(store.clone()).clock(PausedClock::new()).workflow::<W>();
        let builder = builder.look_every(100 * YEAR).lease(100 * YEAR);
        let builder = self.watchers.iter().fold(builder, |builder, watcher| builder.observer(watcher));
        let engine = builder.start().await.unwrap();
        let execution = engine.start(invocation).await.unwrap();
        let id = execution.id().to_owned();
        let released = Arc::clone(&self.released);
        let read = Box::pin(async move {
            let events = store.outbox(0, usize::MAX).await.unwrap();
            released.lock().unwrap().extend(events.into_iter().map(|event| event.data));
        });
        let (execution, read) = (Mutex::new(Some(execution)), Mutex::new(Some(read as _)));
        Running::Durable { engine, id, execution, read, place }
    }

    /// The events that runs have released, as JSON, in order.
    pub(crate) fn released(&self) -> Vec<String> {
        self.released.lock().unwrap().clone()
    }

    /// Whether runs are recorded. Then errors are known by their text, and requests are letters.
    pub(crate) fn is_durable(&self) -> bool {
        matches!(self.kind, Kind::OnMemory | Kind::OnSqlite)
    }
}

const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);

/// A workflow that runs, or has run.
pub(crate) enum Running<W: Workflow, C: Container> {
    InProcess(RunHandle<W>),
    Durable {
        engine: Engine<C>,
        id: String,
        execution: Mutex<Option<workflow_runtime::ExecutionHandle<C, W>>>,
        read: Mutex<Option<std::pin::Pin<Box<dyn Future<Output = ()> + Send>>>>,
        /// Goes with the test.
        place: Option<TempDir>,
    },
}

impl<W: Workflow, C: Container> Running<W, C> {
    pub(crate) async fn result(&self) -> Result<W::Output, WorkflowError> {
        match self {
            Self::InProcess(handle) => handle.result().await,
            Self::Durable { engine, id, execution, read, .. } => {
                let first = execution.lock().unwrap().take();
                let execution = match first {
                    Some(execution) => execution,
                    None => engine.execution::<W>(id).await.unwrap(),
                };
                let result = execution.result().await;
                let read = read.lock().unwrap().take();
                if let Some(read) = read {
                    read.await;
                }
                result.map_err(|error| match error {
                    EngineError::Workflow(error) => error,
                    other => panic!("{other}"),
                })
            }
        }
    }

    pub(crate) async fn cancel(&self) -> Result<(), NotCancelled> {
        match self {
            Self::InProcess(handle) => handle.cancel().await,
            Self::Durable { engine, id, .. } => engine.cancel(id).await.map_err(|error| match error {
                EngineError::PastPivot { .. } => NotCancelled::PastPivot,
                EngineError::Ended { .. } => NotCancelled::Ended,
                other => panic!("{other}"),
            }),
        }
    }

    pub(crate) async fn signal<S: Data>(&self, signal: S) -> Result<(), NotDelivered>
    where
        W: Accepts<S>,
    {
        match self {
            Self::InProcess(handle) => handle.signal(signal),
            Self::Durable { engine, id, .. } => delivered(engine.signal::<W, S>(id, signal).await),
        }
    }

    pub(crate) async fn signal_named<S: Data>(&self, name: &'static str, signal: S) -> Result<(), NotDelivered>
    where
        W: Accepts<S>,
    {
        match self {
            Self::InProcess(handle) => handle.signal_named(name, signal),
            Self::Durable { engine, id, .. } => delivered(engine.signal_named::<W, S>(id, name, signal).await),
        }
    }

    pub(crate) async fn signal_child<Child: Workflow + Accepts<S>, S: Data>(
        &self,
        signal: S,
    ) -> Result<(), NotDelivered> {
        match self {
            Self::InProcess(handle) => handle.signal_child::<Child, S>(signal),
            Self::Durable { engine, id, .. } => delivered(engine.signal::<Child, S>(id, signal).await),
        }
    }

    /// Shuts the engine down, which has nothing more to do.
    async fn end(self) {
        if let Self::Durable { engine, place, .. } = self {
            engine.shutdown().await.unwrap();
            drop(engine);
            drop(place);
        }
    }
}

fn delivered(answer: Result<(), EngineError>) -> Result<(), NotDelivered> {
    answer.map_err(|error| match error {
        EngineError::Ended { .. } => NotDelivered,
        other => panic!("{other}"),
    })
}
