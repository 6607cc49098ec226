//! A world to run workflows in: steps that write down what they do, and fail when told to.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};
use workflow_runtime::store::{MemoryStore, Store};
use workflow_runtime::{
    Clock as _, Engine, EngineBuilder, ExecutionStatus, ManualClock, Outcome, Services, StepContext, step, workflow,
};

use crate::ground::Ground;

/// What steps did, in order.
#[derive(Default)]
pub struct Books {
    calls: Mutex<Vec<String>>,
    faults: Mutex<BTreeMap<String, u32>>,
}

impl Books {
    /// The next `times` attempts of this call fail.
    pub(crate) fn fail(&self, call: &str, times: u32) {
        self.faults.lock().unwrap().insert(call.to_owned(), times);
    }

    /// Writes down what is no call of a step.
    pub(crate) fn note(&self, what: &str) {
        self.calls.lock().unwrap().push(what.to_owned());
    }

    pub(crate) fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }

    pub(crate) fn count(&self, call: &str) -> usize {
        self.calls().iter().filter(|seen| *seen == call).count()
    }

    pub(crate) fn enter(&self, ctx: &StepContext) -> Result<()> {
        let call = ctx.idempotency_key().to_owned();
        self.calls.lock().unwrap().push(call.clone());
        let mut faults = self.faults.lock().unwrap();
        let node = ctx.node_path().to_owned();
        for name in [call, node] {
            if let Some(left) = faults.get_mut(&name).filter(|left| **left > 0) {
                *left = left.saturating_sub(u32::from(*left != u32::MAX));
                bail!("{name} fails");
            }
        }
        Ok(())
    }
}

#[derive(Services, Clone)]
pub struct World {
    pub(crate) books: Arc<Books>,
}

#[step(compensate = undo_act)]
pub async fn act(what: String, books: &Books, ctx: &StepContext) -> Result<String> {
    books.enter(ctx)?;
    tokio::task::yield_now().await;
    Ok(format!("{what}!"))
}

#[step(retry(attempts = 3, backoff = "2s..10s"))]
pub async fn undo_act(_done: String, books: &Books, ctx: &StepContext) -> Result<()> {
    books.enter(ctx)
}

/// Hears of doubt, and is retried.
#[step(compensate = undo_try, retry(attempts = 3, backoff = "1s..4s"))]
pub async fn try_act(what: String, books: &Books, ctx: &StepContext) -> Result<String> {
    books.enter(ctx)?;
    Ok(format!("{what}?"))
}

#[step]
pub async fn undo_try(_done: Outcome<String>, books: &Books, ctx: &StepContext) -> Result<()> {
    books.enter(ctx)
}

#[step(at_most_once, compensate = undo_try)]
pub async fn act_once(what: String, books: &Books, ctx: &StepContext) -> Result<String> {
    books.enter(ctx)?;
    Ok(what)
}

#[step]
pub async fn end(books: &Books, ctx: &StepContext) -> Result<()> {
    books.enter(ctx)
}

#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub struct Plan {
    pub name: String,
    pub extra: bool,
    pub items: Vec<String>,
    pub fail: bool,
}

impl Plan {
    pub(crate) fn new(extra: bool) -> Self {
        Self { name: "plan".into(), extra, items: vec!["x".into(), "y".into()], fail: false }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Went {
    pub leg: String,
}

workflow! {
    pub(crate) async fn leg(name: String) -> Result<String> {
        #[name = "first"]
        let first = act(name).await?;
        emit!(Went { leg: first });
        #[name = "second"]
        let second = try_act(first).await?;
        Ok(second)
    }
}

workflow! {
    /// A group, a condition, a loop, a parallel loop, a child, a sleep.
    pub(crate) async fn journey(plan: Plan) -> Result<Vec<String>> {
        #[name = "a"]
        let a = act(plan.name).await?;
        let (b, c) = parallel!(
            #[name = "b"] act(a),
            async {
                #[name = "c1"]
                let one = act(a).await?;
                #[name = "c2"]
                act(one).await
            },
        ).await?;
        let d = if plan.extra {
            #[name = "d"]
            let d = act(b).await?;
            Some(d)
        } else {
            None
        };
        let each = for item in plan.items {
            #[name = "item"]
            let done = act(item).await?;
            done
        };
        sleep!("2h").await;
        let beside = parallel!(for item in plan.items {
            #[name = "beside"]
            let done = act(item).await?;
            done
        }).await?;
        let e = leg(c).await?;
        if plan.fail {
            #[name = "last"]
            end().await?;
        }
        Ok(vec![a, b, c, e, d.clone().unwrap_or_default(), each.join("+"), beside.join("+")])
    }
}

/// Books, a store and a clock, which outlive engines.
pub(crate) struct Lab<S = MemoryStore> {
    pub(crate) books: Arc<Books>,
    pub(crate) store: S,
    pub(crate) clock: ManualClock,
    /// Whether tokio's own clock is paused too.
    pub(crate) virtual_time: bool,
    /// What has to outlive the store, such as its directory.
    pub(crate) beneath: Option<Arc<dyn Any>>,
}

impl Lab {
    pub(crate) fn new() -> Self {
        Self::on(MemoryStore::new())
    }
}

impl<S> Lab<S> {
    pub(crate) fn on(store: S) -> Self {
        Self { books: Arc::default(), store, clock: ManualClock::new(), virtual_time: false, beneath: None }
    }

    /// A world in a test whose time is paused.
    pub(crate) async fn on_ground<G: Ground<Store = S> + 'static>() -> Self {
        let ground = G::new();
        let store = ground.open().await;
        Self { virtual_time: true, beneath: Some(Arc::new(ground)), ..Self::on(store) }
    }

    /// How far time has come.
    pub(crate) fn now(&self) -> Duration {
        self.clock.now().duration_since(std::time::SystemTime::UNIX_EPOCH).unwrap()
    }

    /// The same world with another store.
    pub(crate) fn with<T>(&self, store: T) -> Lab<T> {
        let (books, clock, beneath) = (Arc::clone(&self.books), self.clock.clone(), self.beneath.clone());
        Lab { books, store, clock, virtual_time: self.virtual_time, beneath }
    }
}

impl<S: Store + Clone> Lab<S> {
    pub(crate) fn builder(&self) -> EngineBuilder<World> {
        Engine::builder(World { books: Arc::clone(&self.books) }).store(self.store.clone()).clock(self.clock.clone())
    }

    /// Lets everybody do what there is to do now.
    pub(crate) async fn settle(&self) {
        for _ in 0..200 {
            self.give_way().await;
        }
    }

    /// Until the execution stands there, without any time passing.
    pub(crate) async fn reaches(&self, engine: &Engine<World>, id: &str, status: ExecutionStatus) {
        let there = async {
            while engine.status(id).await.unwrap() != Some(status) {
                tokio::task::yield_now().await;
            }
        };
        self.until(Duration::ZERO, there).await;
    }

    async fn give_way(&self) {
        if self.virtual_time {
            // Tokio's own clock jumps only while nobody has anything to do.
            tokio::time::sleep(Duration::from_millis(1)).await;
        } else {
            tokio::task::yield_now().await;
        }
    }

    /// Lets time pass while others work, until `done` or much too late.
    pub(crate) async fn until<T>(&self, step: Duration, done: impl Future<Output = T>) -> T {
        let mut done = std::pin::pin!(done);
        for _ in 0..100_000 {
            for _ in 0..20 {
                if let Some(result) = poll_once(done.as_mut()).await {
                    return result;
                }
                tokio::task::yield_now().await;
            }
            if self.virtual_time {
                // Tokio's own clock jumps only while nobody has anything to do.
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            self.clock.advance(step);
        }
        panic!("it did not end: {:?}", self.books.calls());
    }
}

async fn poll_once<F: Future>(mut future: std::pin::Pin<&mut F>) -> Option<F::Output> {
    std::future::poll_fn(|cx| match future.as_mut().poll(cx) {
        std::task::Poll::Ready(value) => std::task::Poll::Ready(Some(value)),
        std::task::Poll::Pending => std::task::Poll::Ready(None),
    })
    .await
}

pub(crate) const MINUTE: Duration = Duration::from_secs(60);
