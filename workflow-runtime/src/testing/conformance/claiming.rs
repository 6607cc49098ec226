//! Coming by work.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use super::StoreSetup;
use super::fixture::{
    ADA, BOB, LEASE, NOW, begin, claim, claimed, ended, knows, load, new, next, same, store, waiting,
};
use crate::store::{Append, Claim, ExecutionStatus, NewExecution, Store};

pub(super) async fn what_is_due_is_claimed_once<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    let before = begin(&store, waiting("a", NOW + 5)).await?;
    begin(&store, waiting("b", NOW + 6)).await?;
    same("what is claimed before anything is due", claimed(&store, claim(ADA, NOW + 4)).await?, vec![])?;
    let mut found = store.claim(claim(ADA, NOW + 5)).await?.executions;
    let execution = found.pop().context("what was due was not claimed")?;
    same("what else is claimed", found, vec![])?;
    same("the owner", execution.owner.as_deref(), Some(ADA))?;
    same("the input", &execution.input, &before.input)?;
    same("the revision", execution.revision, before.revision + 1)?;
    same("the execution", load(&store, "a").await?, execution.clone())?;
    same("what the other claims", claimed(&store, claim(BOB, NOW + 5)).await?, vec![])?;
    same("what is claimed again", claimed(&store, claim(ADA, NOW + 5)).await?, vec![])?;
    store.append(next(&execution)).await?;
    same("what is claimed later", claimed(&store, claim(BOB, NOW + 6)).await?, vec!["b".to_owned()])
}

pub(super) async fn the_longest_due_comes_first<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    for (id, due) in [("a", 3), ("b", 1), ("c", 2)] {
        begin(&store, waiting(id, NOW + due)).await?;
    }
    same("the order", claimed(&store, claim(ADA, NOW + 5)).await?.join(""), "bca".to_owned())
}

pub(super) async fn a_claim_takes_no_more_than_its_limit<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    for id in ["a", "b", "c"] {
        begin(&store, waiting(id, NOW)).await?;
    }
    let two = Claim { limit: 2, ..claim(ADA, NOW) };
    same("the first claim", claimed(&store, two.clone()).await?.len(), 2)?;
    let last = store.claim(two).await?;
    same("the second claim", last.executions.len(), 1)?;
    store.renew(ADA, NOW + 1).await?;
    let left_behind = Claim { limit: 2, ..claim(BOB, NOW + 2) };
    same("a claim of what was left behind", claimed(&store, left_behind).await?.len(), 2)
}

pub(super) async fn what_others_hold_is_left_alone<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    begin(&store, NewExecution { due: Some(NOW), ..new("a") }).await?;
    same("what the other claims", claimed(&store, claim(BOB, LEASE - 1)).await?, vec![])
}

pub(super) async fn only_known_workflows_are_claimed<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    for workflow in ["order", "refund", "audit"] {
        begin(&store, NewExecution { workflow: workflow.into(), ..waiting(workflow, NOW) }).await?;
    }
    let none = store.claim(Claim { workflows: BTreeMap::new(), ..claim(ADA, NOW) }).await?;
    same("what one who knows nothing claims", (none.executions.len(), none.next), (0, None))?;
    let two = Claim { workflows: [knows("audit"), knows("order")].into(), ..claim(ADA, NOW) };
    let mut found = claimed(&store, two).await?;
    found.sort_unstable();
    same("what is claimed", found.join(" "), "audit order".to_owned())?;
    store.renew(ADA, NOW).await?;
    let rest = Claim { workflows: [knows("refund")].into(), ..claim(BOB, NOW) };
    same("what is claimed of the rest", claimed(&store, rest).await?, vec!["refund".to_owned()])
}

pub(super) async fn another_version_is_left_for_a_while_to_one_who_knows_it<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    begin(&store, NewExecution { version: 4, ..waiting("due", NOW) }).await?;
    begin(&store, NewExecution { version: 4, ..new("held") }).await?;
    let patient = |owner: &str, now: i64| Claim { others_by: now - 50, ..claim(owner, now) };
    let found = store.claim(patient(BOB, NOW + 49)).await?;
    same("what one claims who does not know the version", found.executions, vec![])?;
    let informed = Claim { workflows: [("order".to_owned(), [4].into())].into(), ..patient(BOB, NOW + 49) };
    same("what one claims who knows it", claimed(&store, informed.clone()).await?, vec!["due".to_owned()])?;
    begin(&store, NewExecution { version: 4, ..waiting("later", NOW + 9) }).await?;
    same("in time", claimed(&store, patient(BOB, NOW + 59)).await?, vec!["later".to_owned()])?;
    same("after the lease", claimed(&store, patient(BOB, LEASE + 49)).await?, vec![])?;
    same("long after the lease", claimed(&store, patient(BOB, LEASE + 50)).await?, vec!["held".to_owned()])?;
    store.renew(BOB, LEASE + 50).await?;
    let all = claimed(&store, Claim { owner: ADA.to_owned(), now: LEASE + 50, ..informed }).await?.len();
    same("what one claims who knows it, after the lease", all, 3)
}

pub(super) async fn what_is_parked_or_ended_is_not_claimed<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    let execution = begin(&store, new("parked")).await?;
    let parked = Append { status: ExecutionStatus::Parked, due: Some(NOW), release: true, ..next(&execution) };
    store.append(parked).await?;
    let over = begin(&store, new("ended")).await?;
    store.append(Append { status: ExecutionStatus::Failed, due: Some(NOW), ..next(&over) }).await?;
    let found = store.claim(claim(BOB, NOW + 100)).await?;
    same("what is claimed", (found.executions, found.next), (vec![], None))
}

pub(super) async fn a_claim_says_when_to_come_again<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    let next = async |owner: &str, now| anyhow::Ok(store.claim(claim(owner, now)).await?.next);
    same("in an empty store", next(ADA, NOW).await?, None)?;
    begin(&store, waiting("a", NOW + 50)).await?;
    begin(&store, waiting("b", NOW + 20)).await?;
    same("before the first timer", next(ADA, NOW).await?, Some(NOW + 20))?;
    same("after the first timer", next(ADA, NOW + 20).await?, Some(NOW + 50))?;
    same("for the other", next(BOB, NOW + 20).await?, Some(NOW + 50))?;
    same("after the last timer", next(ADA, NOW + 50).await?, None)?;
    same("for the other, after the last timer", next(BOB, NOW + 50).await?, Some(LEASE))?;
    begin(&store, waiting("c", NOW)).await?;
    let none = store.claim(Claim { limit: 0, ..claim(ADA, NOW) }).await?;
    same("when the limit was reached", none.next, Some(NOW))
}

pub(super) async fn a_released_execution_is_claimed_when_it_is_due<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    let execution = begin(&store, new("a")).await?;
    let park = Append { status: ExecutionStatus::Waiting, due: Some(NOW + 500), release: true, ..next(&execution) };
    store.append(park).await?;
    same("the owner", load(&store, "a").await?.owner, None)?;
    same("too early", claimed(&store, claim(BOB, NOW + 499)).await?, vec![])?;
    same("in time", claimed(&store, claim(BOB, NOW + 500)).await?, vec!["a".to_owned()])?;
    let execution = load(&store, "a").await?;
    store.append(Append { due: None, release: true, ..next(&execution) }).await?;
    same("without a time", claimed(&store, claim(ADA, i64::MAX)).await?, vec![])
}

pub(super) async fn one_execution_can_be_taken_whatever_its_status<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    let over = ended(&store, "a", NOW + 10).await?;
    let taken = store.take("a", BOB, NOW + 20).await?.context("the ended execution could not be taken")?;
    same("the owner", taken.owner.as_deref(), Some(BOB))?;
    same("the revision", taken.revision, over.revision + 1)?;
    same("the status", taken.status, ExecutionStatus::Completed)?;
    same("the execution", load(&store, "a").await?, taken.clone())?;
    let again = store.take("a", BOB, NOW + 20).await?.context("its owner could not take it again")?;
    same("the revision", again.revision, taken.revision + 1)
}
