//! Taking up work: what a crash left, what is due, and what has mail.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::durable::patiently;
use crate::services::Container;
use crate::store::{Claim, Claimed, Events, ExecutionStatus, Filter, StoreError};

use super::recovered::UNFINISHED;
use super::shared::{Shared, millis};
use super::worker;

/// How long a store that failed is left alone.
const PAUSE: Duration = Duration::from_secs(1);

/// How often executions that ended long ago are looked for, and how many are forgotten at a time.
const PRUNING: Duration = Duration::from_secs(60);
const PRUNED: usize = 1000;

/// Renews the engine's lease.
pub(super) async fn renew<C: Container>(shared: &Shared<C>) -> Result<(), StoreError> {
    let now = shared.now();
    let until = now.saturating_add(millis(shared.lease));
    patiently(|| shared.store.renew(&shared.owner, until)).await?;
    let before = shared.leased_until.fetch_max(until, Ordering::AcqRel);
    if before < now && before != i64::MIN {
        // There was a lease, and it was over: others may have taken over what is at work here.
        shared.doubt.store(true, Ordering::Release);
    }
    Ok(())
}

/// Renews the engine's lease once half of it is over.
pub(super) async fn renew_if_due<C: Container>(shared: &Shared<C>) -> Result<(), StoreError> {
    let left = shared.leased_until.load(Ordering::Acquire).saturating_sub(shared.now());
    if left > millis(shared.lease / 2) { Ok(()) } else { renew(shared).await }
}

/// Takes up what can run, and says when there may be more.
pub(super) async fn claim<C: Container>(shared: &Arc<Shared<C>>) -> Result<Option<i64>, StoreError> {
    let room = shared.at_most.saturating_sub(shared.workers.load(Ordering::Acquire));
    if room == 0 {
        return Ok(Some(shared.now()));
    }
    let mut workflows: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    for (name, version) in shared.definitions.keys() {
        workflows.entry((*name).to_owned()).or_default().insert(*version);
    }
    let now = shared.now();
    // While a new program takes the place of an old one, each has versions that the other one does not know. What nobody
    // has taken up for so long is known to nobody, and is parked, so that somebody hears of it.
    let others_by = now.saturating_sub(millis(shared.lease));
    let claim = Claim { owner: shared.owner.to_string(), now, workflows, others_by, limit: room };
    let Some(taking) = shared.taking().await else { return Ok(None) };
    let mut times = 0;
    let claimed = patiently(|| {
        times += 1;
        shared.store.claim(claim.clone())
    });
    let claimed = claimed.await;
    if times > 1 || claimed.is_err() {
        shared.doubt.store(true, Ordering::Release);
    }
    let Claimed { executions, next } = claimed?;
    for row in executions {
        shared.recovered.claimed(&row, now);
        worker::resume(shared, row, &taking);
    }
    Ok(next)
}

/// Finds out what is this engine's and what is not: comes back to what nobody here works on, and lets go of what others have
/// taken over, so that whoever waits for it looks there.
async fn look_for_own<C: Container>(shared: &Arc<Shared<C>>) -> Result<(), StoreError> {
    let mut believed: Vec<_> = shared.active().iter().map(|(id, link)| (Arc::clone(id), Arc::clone(link))).collect();
    believed.retain(|(_, link)| !link.is_making());
    let mut own = BTreeSet::new();
    let mut damaged = BTreeSet::new();
    let mut filter = Filter { statuses: UNFINISHED.to_vec(), limit: 1000, ..Filter::default() };
    loop {
        let page = patiently(|| shared.store.list(filter.clone())).await?;
        let ours = page.executions.into_iter().filter(|found| found.owner.as_deref() == Some(&*shared.owner));
        own.extend(ours.map(|found| found.id));
        damaged.extend(page.damaged.into_iter().map(|row| row.name));
        match page.next {
            Some(next) => filter.after = Some(next),
            None => break,
        }
    }
    // Whose a damaged one is cannot be told: who works on it will hear of that with the next write.
    for (id, link) in believed.iter().filter(|(id, _)| !own.contains(&**id) && !damaged.contains(&**id)) {
        worker::deactivate(shared, link, id);
    }
    for id in own {
        worker::come_back(shared, &id.into());
    }
    Ok(())
}

/// Lets parked executions try again: the definitions may be other ones than those that did not fit.
pub(super) async fn unpark<C: Container>(shared: &Shared<C>) -> Result<(), StoreError> {
    let mut filter = Filter { statuses: vec![ExecutionStatus::Parked], ..Filter::default() };
    loop {
        let page = match patiently(|| shared.store.list(filter.clone())).await {
            // They stay parked; nobody else has to wait for that.
            Err(error @ StoreError::Corrupt { .. }) => {
                tracing::error!(target: "workflow", %error, "parked executions cannot be tried again");
                return Ok(());
            }
            page => page?,
        };
        for damaged in page.damaged {
            let error = StoreError::from(damaged);
            tracing::error!(target: "workflow", %error, "a parked execution cannot be tried again");
        }
        for found in page.executions {
            let now = shared.now();
            if !shared.definitions.contains_key(&(known(shared, &found.workflow), found.version)) {
                continue;
            }
            let row = match patiently(|| shared.store.take(&found.id, &shared.owner, now)).await {
                Err(error @ StoreError::Corrupt { .. }) => {
                    tracing::error!(target: "workflow", %error, "a parked execution cannot be tried again");
                    continue;
                }
                row => row?,
            };
            let Some(row) = row else { continue };
            let status = if row.status == ExecutionStatus::Parked { ExecutionStatus::Running } else { row.status };
            shared.recovered.touched(&row.id, now);
            let append = Arc::new(shared.hand_back(row, now, status, Events::default()));
            match patiently(|| shared.store.append(append.clone())).await {
                Ok(()) | Err(StoreError::Lost { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        match page.next {
            Some(next) => filter.after = Some(next),
            None => return Ok(()),
        }
    }
}

fn known<C: Container>(shared: &Shared<C>, workflow: &str) -> &'static str {
    shared.definitions.keys().find(|(name, _)| *name == workflow).map_or("", |(name, _)| name)
}

/// Keeps the lease, and takes up what becomes due, until the engine closes.
pub(super) async fn keep_claiming<C: Container>(shared: Arc<Shared<C>>, mut next: Option<i64>) {
    loop {
        let now = shared.now();
        let full = shared.workers.load(Ordering::Acquire) >= shared.at_most;
        // When everything is at work already, the end of a worker says when to look again.
        let look = next.filter(|_| !full).unwrap_or(i64::MAX).min(now.saturating_add(millis(shared.look)));
        // There may be more to forget than was forgotten at once.
        let prune = shared.retention.map_or(i64::MAX, |_| shared.next_prune.load(Ordering::Acquire));
        let look = look.min(prune);
        shared.next_look.store(if full { i64::MIN } else { look }, Ordering::Release);
        let wait = Duration::from_millis(u64::try_from(look.saturating_sub(now)).unwrap_or_default());
        let slept = shared.clock.sleep(wait);
        futures_util::future::select(std::pin::pin!(shared.work.notified()), slept).await;
        if shared.closing.load(Ordering::Acquire) {
            return;
        }
        // Until it is known when the next look is due, every worker that leaves says when it wants one.
        shared.next_look.store(i64::MAX, Ordering::Release);
        match round(&shared).await {
            Ok(soon) => next = soon,
            Err(error) => {
                tracing::error!(target: "workflow", %error, "nothing can be taken up");
                shared.doubt.store(true, Ordering::Release);
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Forgets what ended long ago, a little at a time.
async fn prune<C: Container>(shared: &Shared<C>) -> Result<(), StoreError> {
    let Some(retention) = shared.retention else { return Ok(()) };
    let now = shared.now();
    if now < shared.next_prune.load(Ordering::Acquire) {
        return Ok(());
    }
    let before = now.saturating_sub(millis(retention));
    let forgotten = patiently(|| shared.store.prune(before, PRUNED)).await?;
    let pause = if forgotten < PRUNED { millis(PRUNING) } else { 0 };
    shared.next_prune.store(now.saturating_add(pause), Ordering::Release);
    Ok(())
}

async fn round<C: Container>(shared: &Arc<Shared<C>>) -> Result<Option<i64>, StoreError> {
    renew_if_due(shared).await?;
    if !shared.active().is_empty() {
        for message in patiently(|| shared.store.mail(&shared.owner)).await? {
            shared.ring(&message.execution);
        }
    }
    prune(shared).await?;
    let next = claim(shared).await?;
    if shared.doubt.swap(false, Ordering::AcqRel)
        && let Err(error) = look_for_own(shared).await
    {
        tracing::error!(target: "workflow", %error, "what the engine has cannot be seen");
        // What is damaged says so whenever it is listed.
        shared.doubt.store(error.is_transient(), Ordering::Release);
    }
    Ok(next)
}
