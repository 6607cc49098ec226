//! Two engines on one store, and many callers who do whatever comes to their mind.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use workflow_runtime::store::{self, Filter, Store};
use workflow_runtime::{Clock, Engine, EngineError, ExecutionHandle, Missed, Overlap, Rerun, Schedule, Workflow};

use crate::weather::{Sky, Weather};
use crate::world::{Books, Came, Go, World, busy, child, lazy, paid, quick};

/// Nobody waits that long for anything that is going to happen.
pub(crate) const LONG: Duration = Duration::from_secs(600);
const LOOK: Duration = Duration::from_millis(100);

const CALLERS: u64 = 6;
const VERBS: usize = 30;
pub(crate) const IDS: usize = 10;
/// How often the schedule of the town ticks.
pub(crate) const TICKS: u64 = 12;

/// What the callers share.
pub(crate) struct Town<S, C> {
    pub(crate) books: Arc<Books>,
    pub(crate) store: Weather<S>,
    clock: C,
    sky: Sky,
    engines: Mutex<Vec<Engine<World>>>,
    waiting: Mutex<JoinSet<()>>,
    /// Who waits for what, and has not yet been told.
    unanswered: Mutex<Vec<String>>,
}

/// The number in an id says which workflow it is of.
pub(crate) fn id(number: usize) -> String {
    format!("e{number}")
}

impl<S: Store, C: Clock + Clone> Town<S, C> {
    pub(crate) async fn new(seed: u64, store: S, clock: C, sky: Sky) -> Arc<Self> {
        let town = Self {
            books: Arc::new(Books::new(seed)),
            store: Weather::new(store, seed, sky),
            clock,
            sky,
            engines: Mutex::default(),
            waiting: Mutex::default(),
            unanswered: Mutex::default(),
        };
        for _ in 0..2 {
            let engine = town.engine().await;
            town.engines.lock().unwrap().push(engine);
        }
        Arc::new(town)
    }

    async fn engine(&self) -> Engine<World> {
        loop {
            let world = World { books: Arc::clone(&self.books) };
            let engine = Engine::builder(world).store(self.store.clone()).clock(self.clock.clone());
            let engine = engine.workflow::<busy>().workflow::<lazy>().workflow::<quick>();
            let books = Arc::clone(&self.books);
            let engine = engine
                .workflow::<child>()
                .workflow::<paid>()
                .look_every(LOOK)
                .at_most(5)
                .lease(self.sky.lease)
                .on_event("listener", move |came: Came| {
                    let books = Arc::clone(&books);
                    async move { books.hear(came.what) }
                });
            let engine = match self.sky.retention {
                Some(retention) => engine.retention(retention),
                None => engine,
            };
            match engine.start().await {
                Ok(engine) => return engine,
                Err(error) => tolerate("to start an engine", &error),
            }
        }
    }

    pub(crate) fn engines(&self) -> Vec<Engine<World>> {
        self.engines.lock().unwrap().clone()
    }

    /// Begins executions by the clock as well.
    async fn schedule(&self) {
        let each = Schedule::every(Duration::from_millis(20)).overlap(Overlap::Allow).missed(Missed::RunEach);
        while let Err(error) = self.engines()[0].schedule("tick", each.clone().at_most(TICKS), quick(1)).await {
            tolerate("to schedule", &error);
        }
    }

    /// Lets every caller do what it likes.
    pub(crate) async fn live(self: &Arc<Self>, random: &mut fastrand::Rng) {
        self.schedule().await;
        let mut callers = JoinSet::new();
        for _ in 0..CALLERS {
            let (town, mut random) = (Arc::clone(self), random.fork());
            callers.spawn(async move {
                for _ in 0..VERBS {
                    town.say_something(&mut random).await;
                }
            });
        }
        let (town, mut random) = (Arc::clone(self), random.fork());
        let outages = tokio::spawn(async move {
            if town.sky.outages {
                town.suffer(&mut random).await;
            }
        });
        while let Some(ended) = callers.join_next().await {
            ended.unwrap();
        }
        outages.abort();
    }

    /// Lets the store fall silent now and then, for ever.
    async fn suffer(&self, random: &mut fastrand::Rng) {
        loop {
            sleep(Duration::from_millis(random.u64(0..200))).await;
            self.store.change(1000);
            sleep(Duration::from_millis(random.u64(0..60_000))).await;
            self.store.change(self.sky.failing);
        }
    }

    async fn say_something(self: &Arc<Self>, random: &mut fastrand::Rng) {
        if random.u32(0..5) == 0 {
            sleep(Duration::from_micros(random.u64(0..20_000))).await;
        }
        if random.u32(0..120) == 0 {
            return self.replace(random.usize(0..2)).await;
        }
        let number = random.usize(0..IDS);
        let engine = self.engines()[random.usize(0..2)].clone();
        let impatient = random.u32(0..5) == 0;
        let patience = if impatient { Duration::from_micros(random.u64(0..4000)) } else { LONG };
        let said = match number % 5 {
            0 => timeout(patience, self.say(&engine, number, random, || busy(1))).await,
            1 => timeout(patience, self.say(&engine, number, random, || lazy(1))).await,
            2 => timeout(patience, self.say(&engine, number, random, || child(1))).await,
            3 => timeout(patience, self.say(&engine, number, random, || paid(1))).await,
            _ => timeout(patience, self.say(&engine, number, random, || quick(1))).await,
        };
        match said {
            Ok((_, Ok(()))) => {}
            Ok((verb, Err(error))) => tolerate(&format!("to {verb} {}", id(number)), &error),
            Err(_) => assert!(impatient, "a call about {} has no answer after {LONG:?}", id(number)),
        }
    }

    /// Says one thing about one execution.
    async fn say<W>(
        self: &Arc<Self>,
        engine: &Engine<World>,
        number: usize,
        random: &mut fastrand::Rng,
        call: fn() -> workflow_runtime::Invocation<W>,
    ) -> (&'static str, Result<(), EngineError>)
    where
        W: Workflow<Output = u32> + workflow_runtime::__rt::RunsOn<World>,
    {
        let id = id(number);
        let rerun = [Rerun::Never, Rerun::AfterCompensated, Rerun::EvenAfterFailed][random.usize(0..3)];
        match random.u32(0..20) {
            0..8 => {
                let started = engine.start(call().id(&id).rerun(rerun)).await;
                let told = random.bool();
                (
                    "start",
                    started.map(|handle| {
                        if told {
                            self.wait_for(handle)
                        }
                    }),
                )
            }
            8 => {
                let found = engine.execution::<W>(&id).await;
                ("find", found.map(|handle| self.wait_for(handle)))
            }
            9 => ("see the status of", engine.status(&id).await.map(drop)),
            10 => ("list", engine.list(Filter::default()).await.map(drop)),
            11 => ("see the history of", engine.history(&id).await.map(drop)),
            12 => ("cancel", engine.cancel(&id).await),
            13..16 => ("undo", engine.undo(&id).await),
            16 | 17 => ("retry the compensation of", engine.retry_compensation(&id).await),
            _ => ("signal", engine.signal::<lazy, _>(&id, Go(random.u32(0..9))).await),
        }
    }

    fn wait_for<W: Workflow<Output = u32>>(self: &Arc<Self>, handle: ExecutionHandle<World, W>) {
        let (town, who) = (Arc::clone(self), format!("the result of {} by {handle:?}", handle.id()));
        self.unanswered.lock().unwrap().push(who.clone());
        self.waiting.lock().unwrap().spawn(async move {
            if let Err(error) = handle.result().await {
                tolerate(&who, &error);
            }
            let mut unanswered = town.unanswered.lock().unwrap();
            let place = unanswered.iter().position(|other| *other == who).unwrap();
            unanswered.swap_remove(place);
        });
    }

    /// Shuts an engine down, and starts another one.
    async fn replace(&self, place: usize) {
        let engine = self.engines()[place].clone();
        self.shut_down(&engine).await;
        let new = self.engine().await;
        let old = std::mem::replace(&mut self.engines.lock().unwrap()[place], new);
        // Somebody else may have replaced it at the same time.
        self.shut_down(&old).await;
    }

    pub(crate) async fn shut_down(&self, engine: &Engine<World>) {
        let answer = timeout(LONG, engine.shutdown()).await;
        let answer = answer.unwrap_or_else(|_| panic!("the shutdown of {engine:?} does not end"));
        if let Err(error) = answer {
            tolerate("to shut down", &error);
        }
    }

    /// Sees that everything ends, and that everybody hears of it.
    pub(crate) async fn rest(&self) {
        self.store.change(0);
        let all_end = async {
            while self.unfinished().await.is_some() {
                sleep(Duration::from_millis(20)).await;
            }
        };
        if timeout(LONG, all_end).await.is_err() {
            let who = self.unfinished().await;
            panic!("this has not ended or was not heard, with the engines {:?}: {who:#?}", self.engines());
        }
        let mut waiting = std::mem::take(&mut *self.waiting.lock().unwrap());
        let all_hear = async {
            while let Some(told) = waiting.join_next().await {
                told.unwrap();
            }
        };
        if timeout(LONG, all_hear).await.is_err() {
            panic!("everything has ended, and these are not told: {:#?}", self.unanswered.lock().unwrap());
        }
    }

    /// What is still to come. A schedule begins executions, and those release events, so that is the order of looking.
    async fn unfinished(&self) -> Option<Vec<String>> {
        let mut unfinished = Vec::new();
        let to_tick = |found: &store::Schedule| found.next.is_some() || found.data.contains("\"pending\":true");
        let schedules = self.store.schedules().await.unwrap().readable.into_iter().filter(to_tick);
        unfinished.extend(schedules.map(|found| format!("{found:?}")));
        let found = self.store.list(Filter::default()).await.unwrap().executions.into_iter();
        let found = found.filter(|found| !found.status.is_finished() || found.owner.is_some());
        unfinished.extend(found.map(|found| format!("{found:?}")));
        let events = self.store.outbox(0, usize::MAX).await.unwrap();
        let heard = self.store.position("listener").await.unwrap();
        unfinished.extend(events.iter().filter(|event| event.position > heard).map(|event| format!("{event:?}")));
        (!unfinished.is_empty()).then_some(unfinished)
    }
}

/// What may be answered in a town where everybody does what he likes.
fn tolerate(asked: &str, error: &EngineError) {
    use workflow_runtime::StoreError;
    let expected = matches!(
        error,
        EngineError::Workflow(_)
            | EngineError::Ended { .. }
            | EngineError::NotEnded { .. }
            | EngineError::PastPivot { .. }
            | EngineError::NoSuchExecution { .. }
            | EngineError::Closed
            | EngineError::Store(StoreError::Unavailable { .. })
    );
    assert!(expected, "{asked}: {error:?}");
}
