//! The shop on the engine: every order is an execution in one file, and outlives the process.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail};
use futures_util::{StreamExt, stream};
use workflow_runtime::store::{Filter, Store, Summary};
use workflow_runtime::{Engine, EngineError, ExecutionStatus};
use workflow_sqlite::SqliteStore;

use super::catalog::Catalog;
use super::domain::{Order, OrderPlaced};
use super::journal;
use super::place::{FRESH, Place};
use super::restock::restock;
use super::run::{App, Shop};
use super::workflow::place_order;
use super::world::World;

/// Under which name the store remembers what the company has been told.
const COMPANY: &str = "company";

/// A shop whose executions live in a file.
pub struct DurableShop {
    /// Its services, and the world behind them.
    pub shop: Shop,
    /// Its engine, which has begun with what was left unfinished.
    pub engine: Engine<App>,
    /// The file, for looking at it.
    pub store: SqliteStore,
    /// What had ended before the engine began.
    before: BTreeSet<String>,
}

/// What came of a day's orders.
#[derive(Debug, Default)]
pub struct Progress {
    /// How many had been handled by an earlier process.
    pub before: usize,
    /// Orders that cannot be placed, with the reason.
    pub refused: Vec<String>,
}

impl DurableShop {
    /// Opens the shop in this place, with services that fail at `rate`, and goes on with what was left unfinished.
    ///
    /// # Errors
    /// When a file cannot be used or is gone, or the world was stocked with other products.
    pub async fn open(place: &Place, catalog: Catalog, seed: u64, rate: f64) -> Result<Self> {
        place.must_be_whole()?;
        let store = SqliteStore::open(place.database()).await?;
        if !place.world().exists() && !store.list(Filter { limit: 1, ..Filter::default() }).await?.executions.is_empty()
        {
            bail!("the world of {}, {}, is gone: {FRESH}", place.name(), place.world().display());
        }
        let world = World::open(&place.world(), &catalog)?;
        let ended = every(&store, Filter { statuses: statuses(true), ..Filter::default() }).await?;
        let before = ended.into_iter().map(|execution| execution.id).collect();
        let shop = Shop::open(catalog, world, seed, rate);
        let company = shop.company.clone();
        let engine = Engine::builder(Arc::clone(&shop.app))
            .store(store.clone())
            .workflow::<place_order>()
            .workflow::<restock>()
            .on_event(COMPANY, move |event: OrderPlaced| {
                let told = company.announce(&event);
                async move { Ok(told?) }
            })
            .start()
            .await?;
        Ok(Self { shop, engine, store, before })
    }

    /// Places all orders, at most `concurrency` at a time, and tells `progress` of each that is through. An order that an
    /// earlier process has finished is left as it is; one that it has begun goes on.
    ///
    /// # Errors
    /// When the store fails, or the engine is shut down meanwhile.
    pub async fn run(
        &self,
        orders: Vec<Order>,
        concurrency: NonZeroUsize,
        mut progress: impl FnMut(&str),
    ) -> Result<Progress> {
        let mut running = stream::iter(orders)
            .map(async |order| {
                let id = order.id.clone();
                // Also where it is finished: the engine compares the contents of the order.
                let placed = match self.engine.start(place_order(order).id(id.as_str())).await {
                    Ok(run) => run.result().await.map(drop),
                    Err(error) => Err(error),
                };
                match placed {
                    Ok(()) | Err(EngineError::Workflow(_)) => Ok((id, None)),
                    Err(error @ (EngineError::Closed | EngineError::Store(_))) => Err(error),
                    Err(error) => Ok((id, Some(error.to_string()))),
                }
            })
            .buffer_unordered(concurrency.get());
        let mut done = Progress::default();
        while let Some(order) = running.next().await {
            let (id, refusal) = order?;
            progress(&id);
            done.before += usize::from(refusal.is_none() && self.before.contains(&id));
            done.refused.extend(refusal.map(|why| format!("order {id}: {why}")));
        }
        Ok(done)
    }

    /// Waits until nothing is under way, but for what waits for somebody's signal, and everything has been announced.
    /// Says what is left.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn settle(&self) -> Result<Vec<Summary>> {
        loop {
            let left = self.unfinished().await?;
            let mut under_way = false;
            for execution in &left {
                under_way |= execution.status != ExecutionStatus::Parked && !self.waits_for_signal(execution).await?;
            }
            let position = self.store.position(COMPANY).await?;
            if !under_way && self.store.outbox(position, 1).await?.is_empty() {
                return Ok(left);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn waits_for_signal(&self, execution: &Summary) -> Result<bool> {
        if execution.status != ExecutionStatus::Waiting {
            return Ok(false);
        }
        let events = self.store.history(&execution.id, execution.run).await?;
        Ok(!journal::awaited(&events).is_empty())
    }

    /// How many executions have ended.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn ended(&self) -> Result<usize> {
        Ok(every(&self.store, Filter { statuses: statuses(true), ..Filter::default() }).await?.len())
    }

    /// What has not ended.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn unfinished(&self) -> Result<Vec<Summary>> {
        every(&self.store, Filter { statuses: statuses(false), ..Filter::default() }).await
    }
}

pub(super) fn statuses(finished: bool) -> Vec<ExecutionStatus> {
    ExecutionStatus::ALL.into_iter().filter(|status| status.is_finished() == finished).collect()
}

/// All pages of a list.
pub(super) async fn every(store: &SqliteStore, mut filter: Filter) -> Result<Vec<Summary>> {
    let mut all = Vec::new();
    loop {
        let page = store.list(filter.clone()).await?;
        all.extend(page.executions);
        match page.next {
            Some(next) => filter.after = Some(next),
            None => return Ok(all),
        }
    }
}
