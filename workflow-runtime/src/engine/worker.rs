//! Who works on what: each execution at work has one worker, a task of its own, until it ends, waits or is given up.

use std::collections::hash_map::Entry;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures_util::FutureExt as _;
use tokio::sync::oneshot;

use crate::data::Recorded;
use crate::durable::{Link, Stopped, patiently};
use crate::services::Container;
use crate::step::error::panicked;
use crate::store::{Append, Events, Execution, ExecutionStatus, NewExecution, StoreError};

use super::error::EngineError;
use super::look::Damage;
use super::shared::{Ending, Shared, Taking};
use super::work::{Answer, Left, Work, run};

/// Makes an execution, and puts it to work. One that is at work here under that id comes first, unless whoever asks is the
/// one who takes executions now and has `seen` that none is under way; so does one that is being made.
pub(super) fn make<C: Container>(
    shared: &Arc<Shared<C>>,
    new: Box<NewExecution>,
    run: u32,
    input: Recorded,
    seen: Option<&Taking<'_>>,
) -> Result<oneshot::Receiver<Answer>, Arc<Link>> {
    let (id, link) = (Arc::clone(&new.id), Arc::new(Link::making()));
    match shared.active().entry(Arc::clone(&id)) {
        Entry::Vacant(vacant) => drop(vacant.insert(Arc::clone(&link))),
        // What it has worked on has ended: it leaves, or has lost it and will learn so.
        Entry::Occupied(mut other) if seen.is_some() && !other.get().is_making() => {
            other.insert(Arc::clone(&link)).close();
        }
        Entry::Occupied(other) => return Err(Arc::clone(other.get())),
    }
    let (made, answer) = oneshot::channel();
    launch(shared, link, (id, run), Work::New { new, run, input, made });
    Ok(answer)
}

/// Goes on with an execution that was taken from the store. Whoever is still said to work on it here has let go of it, and
/// leaves, or has lost it, and learns so with its next write.
pub(super) fn resume<C: Container>(shared: &Arc<Shared<C>>, row: Execution, _: &Taking<'_>) {
    let (id, link): (Arc<str>, _) = (row.id.as_str().into(), Arc::new(Link::default()));
    if let Some(before) = shared.active().insert(Arc::clone(&id), Arc::clone(&link)) {
        before.close();
    }
    launch(shared, link, (id, row.run), Work::Resume(Box::new(row)));
}

/// Begins a worker, on a task of its own.
fn launch<C: Container>(shared: &Arc<Shared<C>>, link: Arc<Link>, (id, number): (Arc<str>, u32), work: Work) {
    shared.workers.fetch_add(1, Ordering::AcqRel);
    let shared = Arc::clone(shared);
    tokio::spawn(async move {
        if shared.closing.load(Ordering::Acquire) {
            link.close();
        }
        let left = match AssertUnwindSafe(run(&shared, &link, work)).catch_unwind().await {
            Ok(Left::Stopped(Stopped::Store(error @ StoreError::Corrupt { .. }))) => {
                Box::pin(damaged(&shared, &id, error.to_string())).await
            }
            Ok(left) => left,
            // What steps and expressions do is caught where it is done; but values write, read and drop themselves too.
            Err(panic) => Box::pin(damaged(&shared, &id, panicked(&*panic).to_string())).await,
        };
        leave(&shared, &link, (&id, number), left);
        shared.workers.fetch_sub(1, Ordering::AcqRel);
        shared.idle.notify_waiters();
        // There may be more than was claimed, and now there is room for it.
        if shared.next_look.load(Ordering::Acquire) <= shared.now() {
            shared.work.notify_one();
        }
    });
}

/// Looks whose an execution is, and goes on with it if it is this engine's and nobody here runs it.
pub(super) fn come_back<C: Container>(shared: &Arc<Shared<C>>, id: &Arc<str>) {
    let (shared, id) = (Arc::clone(shared), Arc::clone(id));
    tokio::spawn(async move {
        if let Err(error) = in_the_end(&shared, || take_up(&shared, &id)).await {
            tracing::warn!(target: "workflow", %error, id = &*id, "the execution could not be taken up");
        }
    });
}

async fn take_up<C: Container>(shared: &Arc<Shared<C>>, id: &Arc<str>) -> Result<(), StoreError> {
    // Who closes gives up everything in the end.
    let Some(taking) = shared.taking().await else { return Ok(()) };
    // Whoever is at work on it comes back to it as well, if there is reason to.
    if shared.active().contains_key(id) {
        return Ok(());
    }
    let ours = |row: &Execution| row.owner.as_deref() == Some(&*shared.owner);
    if !shared.store.load(id).await?.as_ref().is_some_and(ours) {
        return Ok(());
    }
    let now = shared.now();
    let Some(row) = shared.store.take(id, &shared.owner, now).await? else { return Ok(()) };
    if row.status.is_claimable() {
        resume(shared, row, &taking);
        return Ok(());
    }
    let status = row.status;
    match shared.store.append(Arc::new(shared.hand_back(row, now, status, Events::default()))).await {
        Err(error) if !error.is_lost() => Err(error),
        _ => Ok(()),
    }
}

/// Asks until the store answers for good, or the engine closes.
async fn in_the_end<C: Container, T, F: Future<Output = Result<T, StoreError>>>(
    shared: &Shared<C>,
    mut ask: impl FnMut() -> F,
) -> Result<T, StoreError> {
    loop {
        match patiently(&mut ask).await {
            Err(error) if error.is_transient() && !shared.closing.load(Ordering::Acquire) => {}
            answer => return answer,
        }
    }
}

/// Parks an execution of which something cannot be read, and changes nothing of it.
async fn damaged<C: Container>(shared: &Arc<Shared<C>>, id: &str, what: String) -> Left {
    let parked = async {
        let now = shared.now();
        let Some(row) = patiently(|| shared.store.take(id, &shared.owner, now)).await? else { return Ok(()) };
        let append = Arc::new(Append {
            due: None,
            error: Some(Damage::record(&what)),
            ..shared.hand_back(row, now, ExecutionStatus::Parked, Events::default())
        });
        patiently(|| shared.store.append(Arc::clone(&append))).await
    };
    if let Err(error) = parked.await {
        tracing::warn!(target: "workflow", %error, id, "a damaged execution cannot be parked");
    }
    Left::Damaged(what)
}

/// Whether the execution is still said to be this worker's; it is nobody's now.
pub(super) fn deactivate<C>(shared: &Shared<C>, link: &Arc<Link>, id: &str) -> bool {
    let mut active = shared.active();
    let ours = active.get(id).is_some_and(|other| Arc::ptr_eq(other, link));
    if ours {
        active.remove(id);
        link.close();
    }
    ours
}

fn leave<C: Container>(shared: &Arc<Shared<C>>, link: &Arc<Link>, (id, run): (&Arc<str>, u32), left: Left) {
    let was_active = deactivate(shared, link, id);
    link.made();
    match left {
        Left::Ended(finished) => {
            shared.released.notify_waiters();
            if shared.tick_waits.swap(false, Ordering::AcqRel) {
                shared.scheduled.notify_one();
            }
            // Unless it goes on already: then this is no end to tell of.
            if was_active {
                shared.tell(id, run, &Ending::Finished(finished));
            }
        }
        Left::Damaged(what) => {
            tracing::error!(target: "workflow", %id, what, "parked");
            shared.tell(id, run, &Ending::Stopped(EngineError::Damaged { id: id.to_string(), what }));
        }
        Left::Stopped(Stopped::Waiting(due)) => {
            let sooner = due.is_some_and(|due| due < shared.next_look.load(Ordering::Acquire));
            if link.has_rung() || sooner {
                shared.work.notify_one();
            }
        }
        // Somebody else has it, or a write was answered with an error although it had happened.
        Left::Stopped(Stopped::Store(StoreError::Lost { .. })) => {
            if was_active {
                come_back(shared, id);
            }
        }
        Left::Stopped(Stopped::Refused(mismatch)) => {
            let why = why(&mismatch.node, &mismatch.what);
            shared.tell(id, run, &Ending::Stopped(EngineError::Parked { id: id.to_string(), why }));
        }
        Left::Stopped(Stopped::Store(error)) => {
            let again = was_active && error.is_transient();
            tracing::error!(target: "workflow", %error, id = &**id, again, "the store failed, and the execution is given up");
            if again {
                come_back(shared, id);
            }
            if was_active {
                shared.tell(id, run, &Ending::Stopped(EngineError::Store(error)));
            }
        }
        Left::Stopped(Stopped::Closing | Stopped::Taken) => {}
    }
}

pub(super) fn why(node: &str, what: &str) -> String {
    if node.is_empty() { what.to_owned() } else { format!("`{node}`: {what}") }
}
