//! A workflow with its input, not yet running.

use std::fmt;
use std::marker::PhantomPinned;
use std::ops::{Deref, DerefMut};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::clock::Clock;
use crate::data::Data;
use crate::error::WorkflowError;
use crate::event::Event;
use crate::interpose::Layers;
use crate::observe::Watcher;
use crate::workflow::Workflow;

/// A workflow with its input: what calling a workflow gives. [`run`](Invocation::run) or
/// [`spawn`](Invocation::spawn) it.
#[must_use = "a workflow does nothing until it is run: `.run(&app).await`"]
pub struct Invocation<W: Workflow> {
    pub(crate) input: W::Input,
    pub(crate) id: Option<String>,
    pub(crate) options: Options,
    /// As of futures, `workflow!` knows by it that somebody has to wait for this value: it is no result of a function.
    _waiting: PhantomPinned,
}

/// What a caller adds to a run: most add nothing, and hold no room for it.
#[derive(Default)]
pub(crate) struct Options(Option<Box<Chosen>>);

/// What a caller may add to a run.
pub(crate) struct Chosen {
    pub(crate) clock: Option<Arc<dyn Clock>>,
    pub(crate) watchers: Vec<Watcher>,
    pub(crate) round_trip: bool,
    pub(crate) layers: Layers,
    /// Whether the straight way is not taken.
    pub(crate) long_way: bool,
    pub(super) subscribers: Vec<Subscriber>,
    #[cfg(feature = "engine")]
    pub(crate) rerun: crate::engine::Rerun,
}

impl Chosen {
    const NOTHING: Self = Self {
        clock: None,
        watchers: Vec::new(),
        round_trip: false,
        layers: Layers::new(),
        long_way: false,
        subscribers: Vec::new(),
        #[cfg(feature = "engine")]
        rerun: crate::engine::Rerun::Never,
    };
}

impl Deref for Options {
    type Target = Chosen;

    fn deref(&self) -> &Chosen {
        static NOTHING: Chosen = Chosen::NOTHING;
        self.0.as_deref().unwrap_or(&NOTHING)
    }
}

impl DerefMut for Options {
    fn deref_mut(&mut self) -> &mut Chosen {
        self.0.get_or_insert_with(|| Box::new(Chosen::NOTHING))
    }
}

pub(super) type Subscriber = Box<dyn Fn(&Event) + Send + Sync>;

impl<W: Workflow> fmt::Debug for Invocation<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invocation").field("workflow", &W::INFO.name).field("id", &self.id).finish_non_exhaustive()
    }
}

/// A workflow that runs where it is awaited. There is none: nobody would lend it services.
#[diagnostic::on_unimplemented(
    message = "a workflow does not run by being awaited",
    label = "write `.run(&app).await`, where `app` lends the services",
    note = "help: `&()` lends none; `.spawn(app)` gives the run a task of its own, and an engine records it: `engine.start(..)`"
)]
pub trait RunsWhereAwaited: Workflow {
    /// Goes on with it.
    fn poll(
        invocation: Pin<&mut Invocation<Self>>,
        context: &mut Context<'_>,
    ) -> Poll<Result<Self::Output, WorkflowError>>
    where
        Self: Sized;
}

// Without it, rustc would advise to leave the `.await` out.
#[doc(hidden)]
impl<W: RunsWhereAwaited> Future for Invocation<W> {
    type Output = Result<W::Output, WorkflowError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        W::poll(self, context)
    }
}

impl<W: Workflow> Invocation<W> {
    /// The workflow `W` with this input: what `workflow!` calls.
    pub fn new(input: W::Input) -> Self {
        Self { input, id: None, options: Options::default(), _waiting: PhantomPinned }
    }

    /// Chooses the id of the execution. Idempotency keys begin with it.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Adds an observer. Give `&watcher` to share one among executions, or an [`Observer`](crate::Observer) itself.
    pub fn observer(mut self, observer: impl Into<Watcher>) -> Self {
        self.options.watchers.push(observer.into());
        self
    }

    /// Subscribes to the events of the type `E`, which are released when the workflow has completed; those of
    /// compensations when a rollback has ended. A panic in a subscriber changes nothing.
    pub fn on_event<E: Data>(self, subscriber: impl Fn(&E) + Send + Sync + 'static) -> Self {
        self.on_any_event(move |event| {
            if let Some(event) = event.downcast_ref() {
                subscriber(event);
            }
        })
    }

    /// Subscribes to all events.
    pub fn on_any_event(mut self, subscriber: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        self.options.subscribers.push(Box::new(subscriber));
        self
    }

    /// For tests: every value goes through JSON and back, as a store would do with it. One that does not survive this
    /// fails the workflow, and the error names its type.
    pub fn round_trip(mut self) -> Self {
        self.options.round_trip = true;
        self
    }

    /// Takes time from another clock than tokio's.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.options.clock = Some(Arc::new(clock));
        self
    }
}

#[cfg(feature = "engine")]
impl Chosen {
    /// What belongs to a run in process only: what was given, and what to do instead.
    pub(crate) fn misplaced(&self) -> Option<(&'static str, &'static str)> {
        let given = [
            (!self.watchers.is_empty(), "an observer", "give it to `Engine::builder(..).observer(..)`"),
            (
                !self.subscribers.is_empty(),
                "a subscriber to events",
                "give it to `Engine::builder(..).on_event(name, ..)`",
            ),
            (self.clock.is_some(), "a clock", "give it to `Engine::builder(..).clock(..)`"),
            (
                !self.layers.is_empty(),
                "a plan of faults, or a fake for a step",
                "give it to `Engine::builder(..)` or `TestEngine::builder(..)`",
            ),
            (self.round_trip, "`.round_trip()`", "it is for a run in process, `.run(&app)`"),
        ];
        given.into_iter().find_map(|(given, what, instead)| given.then_some((what, instead)))
    }
}

impl Chosen {
    /// Releases events to the subscribers.
    pub(crate) fn release(&self, events: &[Event]) {
        for event in events {
            for subscriber in &self.subscribers {
                if catch_unwind(AssertUnwindSafe(|| subscriber(event))).is_err() {
                    tracing::warn!(event = event.name(), "a subscriber panicked");
                }
            }
        }
    }
}
