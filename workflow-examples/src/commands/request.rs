//! Asking something of one execution. What is asked is recorded first, so that it is not lost whoever carries it out.

use anyhow::{Result, bail};

use super::counter::{Counter, find, look};
use crate::cli::{OneArgs, SignalArgs};
use crate::shop::restock::{Approval, restock};

pub(super) async fn cancel(arguments: &OneArgs) -> Result<u8> {
    let counter = counter(arguments).await?;
    counter.engine.cancel(&arguments.id).await?;
    counter.close().await
}

pub(super) async fn undo(arguments: &OneArgs) -> Result<u8> {
    let counter = counter(arguments).await?;
    counter.engine.undo(&arguments.id).await?;
    counter.close().await
}

pub(super) async fn retry(arguments: &OneArgs) -> Result<u8> {
    let counter = counter(arguments).await?;
    counter.engine.retry_compensation(&arguments.id).await?;
    counter.close().await
}

pub(super) async fn signal(arguments: &SignalArgs) -> Result<u8> {
    let SignalArgs { id, by, refuse, file } = arguments;
    let (place, store) = look(file).await?;
    let row = find(&place, &store, id).await?;
    if row.workflow != restock::graph().name() {
        bail!("`{id}` is an execution of `{}`, which waits for no signal", row.workflow);
    }
    let counter = Counter::open(&place, store, id).await?;
    counter.engine.signal::<restock, _>(id, Approval { by: by.clone(), granted: !refuse }).await?;
    counter.close().await
}

async fn counter(arguments: &OneArgs) -> Result<Counter> {
    let (place, store) = look(&arguments.file).await?;
    find(&place, &store, &arguments.id).await?;
    Counter::open(&place, store, &arguments.id).await
}
