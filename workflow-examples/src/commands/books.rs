//! Checking the books of a shop that is closed, or of an open one as far as it has come.

use std::sync::Arc;

use anyhow::Result;
use workflow_runtime::Engine;
use workflow_runtime::ExecutionStatus;
use workflow_runtime::store::{Filter, Store};

use super::counter::look;
use super::out::print;
use super::run::close;
use crate::cli::FileArgs;
use crate::shop::day::Day;
use crate::shop::run::Shop;
use crate::shop::world::World;

pub(super) async fn books(file: &FileArgs) -> Result<u8> {
    let (place, store) = look(file).await?;
    let (world, catalog) = World::reopen(&place.world())?;
    let shop = Shop::open(catalog.clone(), world, 0, 0.0);
    // It knows no workflow, and so takes nothing up.
    let engine = Engine::builder(Arc::clone(&shop.app)).store(store.clone()).start().await?;
    let day = Day::of(&engine, &store).await?;
    let statuses = vec![ExecutionStatus::Running, ExecutionStatus::Compensating, ExecutionStatus::Parked];
    let under_way = store.list(Filter { statuses, ..Filter::default() }).await?.executions;
    engine.shutdown().await?;
    if let Some(first) = under_way.first() {
        print(&format!(
            "Not everything has ended ({} {} is {}): the books balance when it has. `order-shop` goes on with it.\n",
            first.workflow, first.id, first.status
        ));
    }
    Ok(close(&catalog, &day, &shop.world.state()?, 0))
}
