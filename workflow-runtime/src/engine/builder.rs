//! Putting an engine together.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::clock::{Clock, TokioClock};
use crate::interpose::Layers;
use crate::observe::Watcher;
use crate::services::{Container, IntoShared};
use crate::step::RunsOn;
use crate::store::Store;
use crate::store::erased::ErasedStore;
use crate::workflow::Workflow;

use super::Engine;
use super::definition::Definition;
use super::error::EngineError;
use super::events::{Deliver, Subscriber, keep_delivering};
use super::recover;
use super::schedule::keep_ticking;
use super::shared::{Settings, Shared};

/// An engine in the making: what [`Engine::builder`] gives.
#[must_use = "an engine works only after `.start().await`"]
pub struct EngineBuilder<C: Container> {
    settings: Settings<C>,
    store: Option<Arc<dyn ErasedStore>>,
    ambiguous: Option<(&'static str, u32)>,
    subscribers: Vec<Subscriber>,
}

impl<C: Container> fmt::Debug for EngineBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EngineBuilder").field("workflows", &self.settings.definitions.keys()).finish_non_exhaustive()
    }
}

impl<C: Container> Engine<C> {
    /// An engine that lends the services of `app` to steps.
    pub fn builder(app: impl IntoShared<C>) -> EngineBuilder<C> {
        let settings = Settings {
            app: app.into_shared(),
            clock: Arc::new(TokioClock),
            watchers: Vec::new(),
            layers: Layers::new(),
            definitions: BTreeMap::new(),
            lease: Duration::from_secs(10),
            look: Duration::from_secs(1),
            at_most: 1024,
            retention: None,
        };
        EngineBuilder { settings, store: None, ambiguous: None, subscribers: Vec::new() }
    }
}

impl<C: Container> EngineBuilder<C> {
    /// Keeps executions there.
    pub fn store(mut self, store: impl Store) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    /// Registers a workflow, so that its executions can be resumed. Several versions of one workflow may be registered
    /// beside each other: an execution stays with the version it started with.
    pub fn workflow<W: Workflow + RunsOn<C>>(mut self) -> Self {
        if let Some(definition) = Definition::of::<W>() {
            let key = (definition.name, definition.version);
            let program: *const _ = definition.program;
            if let Some(other) = self.settings.definitions.insert(key, definition)
                && !std::ptr::eq(other.program, program)
            {
                self.ambiguous = Some(key);
            }
        }
        self
    }

    /// Adds an observer of every execution.
    pub fn observer(mut self, observer: impl Into<Watcher>) -> Self {
        self.settings.watchers.push(observer.into());
        self
    }

    /// What is put between the engine and the steps.
    #[cfg(feature = "testing")]
    pub(crate) fn layers(&mut self) -> &mut Layers {
        &mut self.settings.layers
    }

    /// Takes time from another clock than tokio's.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.settings.clock = Arc::new(clock);
        self
    }

    /// For how long others believe that the engine lives, once it has gone silent: 10 s unless said otherwise. After that
    /// they take over its executions. It goes silent, too, when steps that block keep every thread of its runtime.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.settings.lease = lease.max(Duration::from_millis(100));
        self
    }

    /// How often the store is asked for what other processes did: work that they left, signals that they sent, executions
    /// that they ended. 1 s unless said otherwise.
    pub fn look_every(mut self, pause: Duration) -> Self {
        self.settings.look = pause.max(Duration::from_millis(1));
        self
    }

    /// How many executions are taken up at a time: 1024 unless said otherwise. Those that wait do not count.
    pub fn at_most(mut self, at_most: usize) -> Self {
        self.settings.at_most = at_most.max(1);
        self
    }

    /// Forgets executions so long after they ended, with their journals; until then they can be undone. Without it nothing
    /// is forgotten. Executions that have not ended are never forgotten.
    pub fn retention(mut self, retention: Duration) -> Self {
        self.settings.retention = Some(retention);
        self
    }

    pub(super) fn subscriber(mut self, name: String, deliver: Deliver) -> Self {
        match self.subscribers.iter_mut().find(|subscriber| subscriber.name == name) {
            Some(subscriber) => subscriber.deliver.push(deliver),
            None => self.subscribers.push(Subscriber { name, deliver: vec![deliver] }),
        }
        self
    }

    /// Starts the engine, which begins with what was left unfinished.
    ///
    /// # Errors
    /// When there is no store, or the store fails, or two workflows are registered under one name and version.
    pub async fn start(self) -> Result<Engine<C>, EngineError> {
        let Self { settings, store, ambiguous, subscribers } = self;
        if let Some((workflow, version)) = ambiguous {
            return Err(EngineError::Ambiguous { workflow, version });
        }
        let store = store.ok_or(EngineError::NoStore)?;
        let shared = Arc::new(Shared::new(settings, store));
        let engine = Engine { shared: Arc::clone(&shared) };
        engine.layers_cancel();
        recover::renew(&shared).await?;
        recover::unpark(&shared).await?;
        let next = recover::claim(&shared).await?;
        tokio::spawn(recover::keep_claiming(Arc::clone(&shared), next));
        tokio::spawn(keep_ticking(Arc::clone(&shared)));
        shared.subscribers.store(subscribers.len(), Ordering::Release);
        for subscriber in subscribers {
            tokio::spawn(keep_delivering(Arc::clone(&shared), subscriber));
        }
        Ok(engine)
    }
}
