//! One execution at work: from its first write, or from its journal, until it ends, waits or is given up.

use std::collections::hash_map::Entry;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures_util::FutureExt as _;
use tokio::sync::oneshot;
use tracing::Span;

use crate::data::Recorded;
use crate::durable::{Desk, Durable, Finished, Link, Script, Stopped, patiently};
use crate::execute::{End, Machine, Recall, RolledBack, drive, read_back};
use crate::execution::RunInfo;
use crate::in_process::Surroundings;
use crate::services::Container;
use crate::step::error::panicked;
use crate::store::{Append, Created, Events, Execution, ExecutionStatus, NewExecution, StoreError};

use super::definition::Definition;
use super::error::EngineError;
use super::look::Damage;
use super::shared::{Ending, Shared, Taking};

/// What a worker begins with.
enum Work {
    New { new: Box<NewExecution>, run: u32, input: Recorded, made: oneshot::Sender<Answer> },
    Resume(Box<Execution>),
}

/// What the store answers to the creation of an execution.
type Answer = Result<Created, StoreError>;

/// How a worker ended.
enum Left {
    Ended(Finished),
    Stopped(Stopped),
    /// Something of it cannot be read, or is too big to be recorded.
    Damaged(String),
}

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

async fn run<C: Container>(shared: &Arc<Shared<C>>, link: &Arc<Link>, work: Work) -> Left {
    let store = &*shared.store;
    match work {
        Work::New { new, run, input, made } => {
            let Some(definition) = definition(shared, &new.workflow, new.version) else {
                return Left::Stopped(Stopped::Taken);
            };
            let (id, at) = (Arc::clone(&new.id), new.at);
            let begin = Begin {
                id: &id,
                run,
                began_with: None,
                input: Ok(input),
                recall: Recall::default(),
                script: Script::default(),
            };
            let told = Box::new(|answer: Answer| {
                if let Ok(Created::New { .. }) = &answer {
                    shared.recovered.touched(&id, at);
                } else {
                    deactivate(shared, link, &id);
                    // It may have been made all the same: an error is no proof, and asked again, the store finds it there.
                    let other = matches!(&answer, Ok(Created::Exists(found)) if found.owner.as_ref().is_none_or(|o| **o != *shared.owner));
                    if !other {
                        come_back(shared, &id);
                    }
                }
                link.made();
                // Whoever asked may have gone; the execution goes on.
                let _ = made.send(answer);
            });
            let desk = Box::new(Desk::new(store, &shared.owner, new, told));
            work_on(shared, link, definition, begin, desk).await
        }
        Work::Resume(row) => Box::pin(recall(shared, link, *row)).await,
    }
}

async fn recall<C: Container>(shared: &Arc<Shared<C>>, link: &Arc<Link>, row: Execution) -> Left {
    let store = &*shared.store;
    let journal = match patiently(|| store.history(&row.id, row.run)).await {
        Ok(journal) => journal,
        Err(error) => return Left::Stopped(Stopped::Store(error)),
    };
    let (script, recall, state) = match Script::read(journal) {
        Ok(read) => read,
        Err(detail) => return Left::Stopped(Stopped::Store(StoreError::corrupt("journal", &row.id, detail))),
    };
    let desk = match Desk::resumed(store, &shared.owner, &row, state) {
        Ok(desk) => Box::new(desk),
        Err(error) => return Left::Stopped(Stopped::Store(error)),
    };
    let Some(definition) = definition(shared, &row.workflow, row.version) else {
        let what = format!("`{}` version {} is not registered", row.workflow, row.version);
        return Box::pin(refused(shared, link, desk, &row, what)).await;
    };
    let input = match serde_json::value::RawValue::from_string(row.input.clone()) {
        Ok(input) => read_back(definition.decode_input, &input),
        Err(error) => {
            return Left::Stopped(Stopped::Store(StoreError::corrupt("input", &row.id, error.to_string())));
        }
    };
    let began_with = Some(row.fingerprint.as_str());
    let begin = Begin { id: &row.id, run: row.run, began_with, input, recall, script };
    work_on(shared, link, definition, begin, desk).await
}

fn definition<'s, C>(shared: &'s Shared<C>, workflow: &str, version: u32) -> Option<&'s Definition<C>> {
    shared.definitions.iter().find(|((name, of), _)| *name == workflow && *of == version).map(|(_, found)| found)
}

struct Begin<'a> {
    id: &'a str,
    run: u32,
    /// The fingerprint of the definition with which it began, if that was not now.
    began_with: Option<&'a str>,
    input: Result<Recorded, String>,
    recall: Recall,
    script: Script,
}

/// Parks an execution whose definition is not there.
async fn refused<C: Container>(
    shared: &Arc<Shared<C>>,
    link: &Arc<Link>,
    desk: Box<Desk<'_>>,
    row: &Execution,
    what: String,
) -> Left {
    let run = RunInfo::numbered(&row.id, row.run, "");
    let span = Span::none();
    let on = surroundings(shared, &run, &span);
    let mut host = Durable::new(on, desk, link, Script::default());
    host.park(what.clone()).await;
    let refused = crate::execute::Mismatch { node: String::new(), what };
    Left::Stopped(host.stopped().unwrap_or(Stopped::Refused(refused)))
}

fn surroundings<'a, C>(shared: &'a Shared<C>, run: &'a RunInfo, span: &'a Span) -> Surroundings<'a, C> {
    Surroundings {
        services: &shared.app,
        run,
        clock: &*shared.clock,
        watchers: &shared.watchers,
        span,
        layers: &shared.layers,
    }
}

async fn work_on<C: Container>(
    shared: &Arc<Shared<C>>,
    link: &Arc<Link>,
    definition: &Definition<C>,
    begin: Begin<'_>,
    desk: Box<Desk<'_>>,
) -> Left {
    let Begin { id, run, began_with, input, recall, script } = begin;
    let run = RunInfo::numbered(id, run, definition.name);
    let span = if tracing::enabled!(target: "workflow", tracing::Level::WARN) {
        tracing::warn_span!(target: "workflow", "workflow", name = definition.name, execution = id)
    } else {
        Span::none()
    };
    let on = surroundings(shared, &run, &span);
    let observed = on.observed();
    let mut host = Durable::new(on, desk, link, script);
    let stopped = match input {
        Ok(input) => {
            let mut machine = Machine::recorded(definition.program, input, recall, observed);
            machine.force(shared.layers.iter().find_map(|layer| layer.forced()));
            match to_the_end(&mut machine, &mut host).await {
                Ok(finished) => return Left::Ended(finished),
                Err(stopped) => stopped,
            }
        }
        Err(what) => Stopped::Refused(crate::execute::Mismatch { node: "input".to_owned(), what }),
    };
    match stopped {
        Stopped::Refused(mut mismatch) => {
            if let Some(began_with) = began_with {
                mismatch.what.push_str(definition.fingerprint.since(began_with));
            }
            tracing::error!(target: "workflow", id, node = mismatch.node, what = mismatch.what, "parked");
            Box::pin(host.park(why(&mismatch.node, &mismatch.what))).await;
            Left::Stopped(host.stopped().unwrap_or(Stopped::Refused(mismatch)))
        }
        Stopped::Store(error @ StoreError::TooLarge { .. }) => {
            let what = error.to_string();
            Box::pin(host.park(Damage::record(&what))).await;
            host.stopped().map_or(Left::Damaged(what), Left::Stopped)
        }
        other => Left::Stopped(other),
    }
}

async fn to_the_end<C: Container>(machine: &mut Machine<C>, host: &mut Durable<'_, C>) -> Result<Finished, Stopped> {
    loop {
        drive(machine, host).await;
        let stopped = host.stopped();
        if let Some(stopped) = stopped {
            return Err(stopped);
        }
        let Some((end, report)) = machine.end() else { return Err(Stopped::Closing) };
        if host.has_ended_before() {
            if let Some(event) = host.after_end() {
                machine.apply(event);
                continue;
            }
            return Err(host.stopped().unwrap_or(Stopped::Taken));
        }
        let finished = Box::pin(host.finish(end, report)).await;
        let Some(finished) = finished else { return Err(host.stopped().unwrap_or(Stopped::Closing)) };
        match end {
            End::Completed { .. } => host.say_completed(),
            End::RolledBack(ended) => {
                let RolledBack { failures, stop, past_pivot, .. } = &**ended;
                host.say_failed(failures, stop.as_ref(), *past_pivot, report)
            }
        }
        return Ok(finished);
    }
}
