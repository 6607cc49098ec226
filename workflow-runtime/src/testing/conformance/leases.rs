//! Whose work it is, and until when.

use anyhow::{Context, Result};

use super::StoreSetup;
use super::fixture::{ADA, BOB, LEASE, NOW, begin, claim, claimed, is_lost, load, new, next, same, store};
use crate::store::{Append, ExecutionStatus, NewExecution, Store};

pub(super) async fn after_its_lease_an_owner_loses_what_it_held<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    let execution = begin(&store, new("a")).await?;
    let waiting = Append { status: ExecutionStatus::Waiting, due: Some(i64::MAX), ..next(&execution) };
    store.append(waiting).await?;
    let before = load(&store, "a").await?;
    store.renew(BOB, LEASE + 50).await?;
    same("before the end of the lease", claimed(&store, claim(BOB, LEASE - 1)).await?, vec![])?;
    same("at the end of the lease", claimed(&store, claim(BOB, LEASE)).await?, vec!["a".to_owned()])?;
    is_lost("an append of the former owner", store.append(next(&before)).await)?;
    let taken_over = load(&store, "a").await?;
    same("the owner", taken_over.owner.as_deref(), Some(BOB))?;
    store.renew(ADA, LEASE + 100).await?;
    let late = Append { revision: taken_over.revision, ..next(&before) };
    is_lost("an append of the former owner after its return", store.append(late).await)?;
    store.append(next(&taken_over)).await?;
    same("events in the journal", store.history("a", 1).await?.len(), 3)
}

pub(super) async fn a_renewed_lease_holds<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    begin(&store, new("a")).await?;
    store.renew(ADA, LEASE + 100).await?;
    same("what the other claims", claimed(&store, claim(BOB, LEASE)).await?, vec![])?;
    store.renew(ADA, NOW).await?;
    same("after the lease was cut short", claimed(&store, claim(BOB, NOW)).await?, vec!["a".to_owned()])
}

pub(super) async fn a_worker_does_not_claim_from_itself<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    let execution = begin(&store, new("a")).await?;
    same("what a late worker claims", claimed(&store, claim(ADA, LEASE + 1)).await?, vec![])?;
    store.append(next(&execution)).await.context("nobody took it, so it is still its own")
}

pub(super) async fn a_retired_owner_leaves_everything_at_once<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    let execution = begin(&store, new("a")).await?;
    begin(&store, NewExecution { owner: Some(BOB.into()), ..new("b") }).await?;
    store.retire(ADA).await?;
    is_lost("an append of the retired", store.append(next(&execution)).await)?;
    same("the owner", load(&store, "a").await?.owner, None)?;
    same("what the other claims", claimed(&store, claim(BOB, NOW + 1)).await?, vec!["a".to_owned()])?;
    same("the owner of what others hold", load(&store, "b").await?.owner.as_deref(), Some(BOB))
}

pub(super) async fn an_owner_without_a_lease_holds_nothing<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    begin(&store, NewExecution { owner: Some("carol".into()), ..new("a") }).await?;
    same("what another claims", claimed(&store, claim(BOB, NOW)).await?, vec!["a".to_owned()])
}

pub(super) async fn a_taken_execution_respects_leases<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    let execution = begin(&store, new("a")).await?;
    same("what the other takes", store.take("a", BOB, LEASE - 1).await?, None)?;
    same("the execution", load(&store, "a").await?, execution)?;
    let taken = store.take("a", BOB, LEASE).await?.context("it could not be taken after the lease")?;
    same("the owner", taken.owner.as_deref(), Some(BOB))
}
