//! The work of a worker: one execution from its first write, or from its journal, to where it stops.

use std::sync::Arc;

use tokio::sync::oneshot;
use tracing::Span;

use crate::data::Recorded;
use crate::durable::{Desk, Durable, Finished, Link, Script, Stopped, patiently};
use crate::execute::{End, Machine, Recall, RolledBack, drive, read_back};
use crate::execution::RunInfo;
use crate::in_process::Surroundings;
use crate::services::Container;
use crate::store::{Created, Execution, NewExecution, StoreError};

use super::definition::Definition;
use super::look::Damage;
use super::shared::Shared;
use super::worker::{come_back, deactivate, why};

/// What a worker begins with.
pub(super) enum Work {
    New { new: Box<NewExecution>, run: u32, input: Recorded, made: oneshot::Sender<Answer> },
    Resume(Box<Execution>),
}

/// What the store answers to the creation of an execution.
pub(super) type Answer = Result<Created, StoreError>;

/// How a worker ended.
pub(super) enum Left {
    Ended(Finished),
    Stopped(Stopped),
    /// Something of it cannot be read, or is too big to be recorded.
    Damaged(String),
}

/// Works until there is nothing left to do, or no reason to go on.
pub(super) async fn run<C: Container>(shared: &Arc<Shared<C>>, link: &Arc<Link>, work: Work) -> Left {
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
