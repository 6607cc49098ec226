//! What the verbs, the workers and the claim loop of one engine share.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use tokio::sync::{Notify, oneshot};

use crate::clock::Clock;
use crate::durable::{Finished, Link};
use crate::interpose::Layers;
use crate::observe::Watcher;
use crate::store::erased::ErasedStore;
use crate::store::{Append, Events, Execution, ExecutionStatus};

use super::definition::Definition;
use super::error::EngineError;
use super::recovered::Recovered;
use super::schedule::InputOf;

pub(super) struct Shared<C: 'static> {
    pub(super) app: Arc<C>,
    pub(super) store: Arc<dyn ErasedStore>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) watchers: Vec<Watcher>,
    /// What tests put between the engine and the steps.
    pub(super) layers: Layers,
    pub(super) definitions: BTreeMap<(&'static str, u32), Definition<C>>,
    pub(super) owner: Arc<str>,
    pub(super) lease: Duration,
    /// How often the store is asked for what other processes did.
    pub(super) look: Duration,
    pub(super) at_most: usize,
    /// Held by whoever takes executions from the store, until they are at work or handed back: so nobody takes what another
    /// is about to put to work.
    taking: tokio::sync::Mutex<()>,
    /// Whether an answer of the store was lost, so that it may have given this engine what nobody here works on.
    pub(super) doubt: AtomicBool,
    /// The executions at work here, and those that are being made.
    active: Mutex<HashMap<Arc<str>, Arc<Link>>>,
    waiters: Mutex<Waiters>,
    /// Workers, those included that have not yet found out whether their execution is new.
    pub(super) workers: AtomicUsize,
    /// Subscribers to whom events are delivered.
    pub(super) subscribers: AtomicUsize,
    pub(super) closing: AtomicBool,
    /// Told when a worker ends, or the last delivery to a subscriber.
    pub(super) idle: Notify,
    /// Told when there may be something to claim.
    pub(super) work: Notify,
    /// When the claim loop looks again by itself.
    pub(super) next_look: AtomicI64,
    pub(super) leased_until: AtomicI64,
    pub(super) recovered: Recovered,
    pub(super) serial: AtomicU64,
    /// Told when events were released.
    pub(super) released: Notify,
    /// How executions of schedules come by their input, where that is a function.
    inputs: Mutex<BTreeMap<String, InputOf>>,
    /// Told when schedules have changed.
    pub(super) scheduled: Notify,
    /// Whether a tick waits for the end of an execution.
    pub(super) tick_waits: AtomicBool,
    pub(super) retention: Option<Duration>,
    /// When old executions are looked for next.
    pub(super) next_prune: AtomicI64,
}

/// The right to take executions from the store.
pub(super) struct Taking<'a>(#[expect(dead_code, reason = "it is held")] tokio::sync::MutexGuard<'a, ()>);

/// By execution: who waits, and for which run at least. `None` once nothing more happens here.
type Waiters = Option<HashMap<Arc<str>, Vec<(u32, oneshot::Sender<Ending>)>>>;

/// What became of an execution, for those who wait.
#[derive(Debug, Clone)]
pub(super) enum Ending {
    Finished(Finished),
    Stopped(EngineError),
}

/// What whoever builds an engine can say.
pub(super) struct Settings<C: 'static> {
    pub(super) layers: Layers,
    pub(super) app: Arc<C>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) watchers: Vec<Watcher>,
    pub(super) definitions: BTreeMap<(&'static str, u32), Definition<C>>,
    pub(super) lease: Duration,
    pub(super) look: Duration,
    pub(super) at_most: usize,
    pub(super) retention: Option<Duration>,
}

impl<C: 'static> Shared<C> {
    pub(super) fn new(settings: Settings<C>, store: Arc<dyn ErasedStore>) -> Self {
        let Settings { layers, app, clock, watchers, definitions, lease, look, at_most, retention } = settings;
        let recovered = Recovered::since(now(&*clock));
        Self {
            app,
            store,
            clock,
            watchers,
            layers,
            definitions,
            owner: crate::execution::fresh_name("engine").into(),
            lease,
            look,
            at_most,
            taking: tokio::sync::Mutex::default(),
            doubt: AtomicBool::new(false),
            active: Mutex::default(),
            waiters: Mutex::new(Some(HashMap::new())),
            workers: AtomicUsize::new(0),
            subscribers: AtomicUsize::new(0),
            closing: AtomicBool::new(false),
            idle: Notify::new(),
            work: Notify::new(),
            next_look: AtomicI64::new(i64::MAX),
            leased_until: AtomicI64::new(i64::MIN),
            recovered,
            serial: AtomicU64::new(0),
            released: Notify::new(),
            inputs: Mutex::default(),
            scheduled: Notify::new(),
            tick_waits: AtomicBool::new(false),
            retention,
            next_prune: AtomicI64::new(i64::MIN),
        }
    }

    pub(super) fn now(&self) -> i64 {
        now(&*self.clock)
    }

    /// Whether any version of the workflow is registered.
    pub(super) fn knows(&self, workflow: &str) -> bool {
        self.definitions.keys().any(|(name, _)| *name == workflow)
    }

    /// Waits for the right to take executions from the store; `None` once the engine closes.
    pub(super) async fn taking(&self) -> Option<Taking<'_>> {
        let taking = self.taking.lock().await;
        (!self.closing.load(Ordering::Acquire)).then_some(Taking(taking))
    }

    /// Waits until nobody takes anything, and nobody who asks from now on is going to.
    pub(super) async fn all_taken(&self) {
        drop(self.taking.lock().await);
    }

    pub(super) fn active(&self) -> MutexGuard<'_, HashMap<Arc<str>, Arc<Link>>> {
        self.active.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn inputs(&self) -> MutexGuard<'_, BTreeMap<String, InputOf>> {
        self.inputs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn waiters(&self) -> MutexGuard<'_, Waiters> {
        self.waiters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Is told what becomes of this run of an execution, or of a later one, while it runs here.
    pub(super) fn wait_for(&self, id: &Arc<str>, run: u32) -> oneshot::Receiver<Ending> {
        let (tell, told) = oneshot::channel();
        if let Some(waiters) = &mut *self.waiters() {
            let waiting = waiters.entry(Arc::clone(id)).or_default();
            waiting.retain(|(_, waiter)| !waiter.is_closed());
            waiting.push((run, tell));
        }
        told
    }

    /// For how many executions somebody waits here.
    pub(super) fn awaited(&self) -> u32 {
        self.waiters().as_ref().map_or(0, |waiters| u32::try_from(waiters.len()).unwrap_or(u32::MAX))
    }

    /// Forgets waiters that have gone.
    pub(super) fn wait_no_more(&self, id: &str) {
        let mut waiters = self.waiters();
        let Some(waiters) = &mut *waiters else { return };
        if let Some(waiting) = waiters.get_mut(id) {
            waiting.retain(|(_, waiter)| !waiter.is_closed());
            if waiting.is_empty() {
                waiters.remove(id);
            }
        }
    }

    pub(super) fn tell(&self, id: &Arc<str>, run: u32, ending: &Ending) {
        let mut all = self.waiters();
        let Some(waiters) = &mut *all else { return };
        let (told, waiting) =
            waiters.remove(id).unwrap_or_default().into_iter().partition::<Vec<_>, _>(|(from, _)| *from <= run);
        if !waiting.is_empty() {
            waiters.insert(Arc::clone(id), waiting);
        }
        drop(all);
        for (_, waiter) in told {
            // Who does not wait any more need not be told.
            let _ = waiter.send(ending.clone());
        }
    }

    /// Lets go of everybody who waits, and ever will: nothing more happens here.
    pub(super) fn dismiss(&self) {
        *self.waiters() = None;
    }

    /// Rings at an execution that runs here; `false` if it does not.
    pub(super) fn ring(&self, id: &str) -> bool {
        self.active().get(id).map(|link| link.ring()).is_some()
    }

    /// An execution that has ended goes on: whoever has brought it there, and has yet to leave, has nothing to tell any more.
    pub(super) fn let_go(&self, id: &str) {
        let mut active = self.active();
        if active.get(id).is_some_and(|link| !link.is_making())
            && let Some(link) = active.remove(id)
        {
            link.close();
        }
    }

    /// Gives up an execution that was taken only to change where it stands: whoever claims it next goes on from there.
    pub(super) fn hand_back(&self, row: Execution, now: i64, status: ExecutionStatus, events: Events) -> Append {
        Append {
            id: row.id.into(),
            owner: Arc::clone(&self.owner),
            revision: row.revision,
            at: now,
            events,
            status,
            due: Some(now),
            retries: row.retries,
            result: None,
            error: None,
            release: true,
            outbox: Vec::new(),
            consumed: Vec::new(),
        }
    }
}

fn now(clock: &dyn Clock) -> i64 {
    millis(clock.now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

pub(super) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
