//! Buying goods.

use anyhow::{Result, bail};
use workflow_runtime::store::{Filter, Store};
use workflow_sqlite::SqliteStore;

use super::counter::{Counter, look};
use crate::cli::RestockArgs;
use crate::shop::domain::Line;
use crate::shop::restock;

pub(super) async fn restock(arguments: &RestockArgs) -> Result<u8> {
    let RestockArgs { sku, pieces, id, file } = arguments;
    let (place, store) = look(file).await?;
    let id = match id {
        Some(id) => id.clone(),
        None => next(&store).await?,
    };
    let counter = Counter::open(&place, store, &id).await?;
    if counter.catalog.get(sku).is_none() {
        bail!("unknown product {sku}");
    }
    let wanted = Line { sku: sku.clone(), quantity: *pieces };
    counter.engine.start(restock::restock(wanted).id(id)).await?;
    counter.close().await
}

/// The first free number.
async fn next(store: &SqliteStore) -> Result<String> {
    let filter = Filter { id_prefix: Some("restock-".to_owned()), ..Filter::default() };
    let mut number = store.list(filter).await?.executions.len() + 1;
    while store.load(&format!("restock-{number}")).await?.is_some() {
        number += 1;
    }
    Ok(format!("restock-{number}"))
}
