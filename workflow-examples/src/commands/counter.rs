//! The counter at which one asks about executions, whether the shop is open or not.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use workflow_runtime::store::{Execution, Store};
use workflow_runtime::{Engine, ExecutionStatus};
use workflow_sqlite::SqliteStore;

use super::out::print;
use super::why::why;
use crate::cli::FileArgs;
use crate::shop::catalog::Catalog;
use crate::shop::journal;
use crate::shop::only::Only;
use crate::shop::place::Place;
use crate::shop::restock::restock;
use crate::shop::run::{App, Shop};
use crate::shop::workflow::place_order;
use crate::shop::world::World;

/// For how long a request is watched.
const PATIENCE: Duration = Duration::from_secs(10);

/// The shop's file, to look at.
pub(super) async fn look(file: &FileArgs) -> Result<(Place, SqliteStore)> {
    let place = file.place();
    place.must_exist()?;
    Ok((place.clone(), SqliteStore::open(place.database()).await?))
}

/// An execution that has to be there.
pub(super) async fn find(place: &Place, store: &SqliteStore, id: &str) -> Result<Execution> {
    match store.load(id).await? {
        Some(row) => Ok(row),
        None => bail!("there is no execution `{id}` in {}: `order-shop list` shows those that there are", place.name()),
    }
}

/// An engine that cares for one execution and no other.
pub(super) struct Counter {
    pub(super) engine: Engine<App>,
    pub(super) store: SqliteStore,
    pub(super) catalog: Catalog,
    id: String,
}

impl Counter {
    /// Opens the counter; services are at their best here.
    pub(super) async fn open(place: &Place, store: SqliteStore, id: &str) -> Result<Self> {
        let (world, catalog) = World::reopen(&place.world())?;
        let shop = Shop::open(catalog.clone(), world, 0, 0.0);
        let engine = Engine::builder(Arc::clone(&shop.app))
            .store(Only::new(store.clone(), id))
            .workflow::<place_order>()
            .workflow::<restock>()
            .start()
            .await?;
        Ok(Self { engine, store, catalog, id: id.to_owned() })
    }

    /// Waits until the execution has taken notice of what was asked and has come to rest, wherever it runs; says how, and
    /// gives the exit code.
    pub(super) async fn close(self) -> Result<u8> {
        let started = Instant::now();
        let (mut row, mut rest) = self.rest().await?;
        while rest == Rest::None && started.elapsed() < PATIENCE {
            tokio::time::sleep(Duration::from_millis(20)).await;
            (row, rest) = self.rest().await?;
        }
        self.engine.shutdown().await?;
        let (id, status) = (&self.id, row.status);
        let told = match rest {
            Rest::Ended => self.ending(&row).await?,
            Rest::Waits(node) => {
                format!(
                    "waits for `{node}`: `order-shop signal {id} --by NAME` gives it, or refuses it with `--refuse`"
                )
            }
            Rest::None => format!(
                "is {status}; what was asked for is recorded, and whoever runs it will see it: `order-shop show {id}`"
            ),
        };
        print(&format!("{id} {told}\n"));
        Ok(u8::from(status == ExecutionStatus::Failed))
    }

    async fn rest(&self) -> Result<(Execution, Rest)> {
        let unread = !self.store.inbox(&self.id).await?.is_empty();
        let Some(row) = self.store.load(&self.id).await? else { bail!("the execution `{}` is forgotten", self.id) };
        let rest = match row.status {
            status if status.is_finished() || status == ExecutionStatus::Parked => Rest::Ended,
            ExecutionStatus::Waiting if !unread => {
                let events = self.store.history(&row.id, row.run).await?;
                let node = journal::awaited(&events).first().map(|node| (*node).to_owned());
                node.map_or(Rest::None, Rest::Waits)
            }
            _ => Rest::None,
        };
        Ok((row, rest))
    }

    async fn ending(&self, row: &Execution) -> Result<String> {
        let status = row.status;
        let Some(error) = why(&self.store, row).await? else { return Ok(format!("is {status}.")) };
        let advice = match status {
            ExecutionStatus::Failed => {
                format!("\n`order-shop retry {}` tries again what could not be undone.", self.id)
            }
            _ => String::new(),
        };
        Ok(format!("is {status}: {error}.{advice}"))
    }
}

/// Where an execution has come to rest.
#[derive(PartialEq, Eq)]
enum Rest {
    None,
    Ended,
    Waits(String),
}
