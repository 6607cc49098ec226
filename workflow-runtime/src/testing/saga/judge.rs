//! Whether a run came out as it had to.

use crate::error::{Status, WorkflowError};

use crate::testing::steps::Hit;

use super::check::{About, Check, Expect};
use super::stage::{End, Ran};
use super::survey::Reach;
use super::trace::Seen;
use super::world::{Change, diff};

/// What is wrong with a run.
#[derive(Debug)]
pub(super) enum Wrong {
    /// A whole clause says it.
    Said(String),
    /// The world differs from what it was before the run.
    NotAsBefore(Vec<Change>),
    /// The world differs from what it is after a run without the fault.
    NotTheSame(Vec<Change>),
}

type Verdict = Result<(), Wrong>;

fn said(text: impl Into<String>) -> Verdict {
    Err(Wrong::Said(text.into()))
}

/// Judges a run of `check`, which goes the way of `reach`.
pub(super) fn judge(check: &Check, reach: &Reach, ran: &Ran) -> Verdict {
    if let End::Broken(why) = &ran.end {
        return said(why);
    }
    if let Some(why) = not_again(check, reach, ran) {
        return said(why);
    }
    if let Some(missed) = ran.missed.first() {
        let because = match &ran.end {
            End::RolledBack(error) => format!(", because {error}"),
            _ => String::new(),
        };
        return said(format!("it did not go wrong where it was meant to: {missed}{because}"));
    }
    if matches!(check.about, About::Crash | About::CrashInRollback) && !ran.crashed {
        return said("the store did not come to this write: the runs of one input are not alike");
    }
    if check.about == About::CancelAndCrash && !ran.crashed {
        return said("the engine did not die with the request to cancel: the execution had ended before it");
    }
    let absorbed = ran.hits.iter().any(|hit| Some(&hit.node) == check.at.as_ref() && hit.absorbed);
    match &check.expect {
        Expect::Rollback(_) | Expect::Handled if absorbed && !check.about.is_undo() => same(reach, ran),
        Expect::Same => same(reach, ran),
        Expect::SameOrRollback => match &ran.end {
            End::RolledBack(error) => rolled_back(error, ran),
            _ => same(reach, ran),
        },
        Expect::Rollback(at) => match &ran.end {
            End::RolledBack(error) => failed_there(at.as_deref(), error).and_then(|()| rolled_back(error, ran)),
            _ => said(format!(
                "{} failed for good, and the workflow completed all the same",
                at.as_deref().map_or("a step".to_owned(), quoted)
            )),
        },
        Expect::Handled => match &ran.end {
            End::RolledBack(error) => rolled_back(error, ran),
            end => holds(end),
        },
        Expect::Stopped => match &ran.end {
            _ if ran.past_pivot() => same(reach, ran),
            End::RolledBack(error) if check.about.is_cancel() && !error.is_cancelled() => {
                said(format!("it was cancelled, but {error}"))
            }
            End::RolledBack(error) => rolled_back(error, ran),
            _ => said("it was stopped before the pivot, and completed all the same"),
        },
        Expect::GivesUp(failed) => gives_up(check, failed.as_deref(), ran),
    }
}

pub(super) fn quoted(name: &str) -> String {
    format!("`{name}`")
}

fn holds(end: &End) -> Verdict {
    match end {
        End::Completed { holds: Err(why), .. } => said(format!("it completed, but not as it should: {why}")),
        _ => Ok(()),
    }
}

/// It ended as the plain run did.
fn same(reach: &Reach, ran: &Ran) -> Verdict {
    match (&reach.plain.end, &ran.end) {
        (End::Completed { .. }, End::RolledBack(error)) => {
            said(format!("it should have completed all the same, but {error}"))
        }
        (End::RolledBack(_), End::RolledBack(error)) => rolled_back(error, ran),
        (End::RolledBack(error), End::Completed { .. }) => said(format!("it completed, but without the fault {error}")),
        (_, end) => {
            let changes = diff(&reach.plain.after, &ran.after);
            if changes.is_empty() { holds(end) } else { Err(Wrong::NotTheSame(changes)) }
        }
    }
}

/// That something could not be done because it was done already.
fn not_again(check: &Check, reach: &Reach, ran: &Ran) -> Option<String> {
    let (End::Completed { .. }, End::RolledBack(error)) = (&reach.plain.end, &ran.end) else { return None };
    let what = match check.about {
        About::Repeat | About::RepeatUndo => "ran twice under one idempotency key, and failed the second time",
        About::FailOnce | About::UndoFailsOnce => "was attempted again after its success was lost, and failed",
        About::Crash | About::CrashInRollback => "ran again after the crash under the same idempotency key, and failed",
        _ => return None,
    };
    error.failures().find_map(|failure| {
        let why = format!("{:#}", failure.error());
        let attempts = || ran.seen.iter().filter(|seen| seen.node() == failure.path());
        let last = attempts().next_back()?;
        let again = match &check.at {
            Some(at) => at == last.node() || *at == last.path,
            None => attempts().count() > 1,
        };
        let step = last.name();
        (again && !why.starts_with("planned"))
            .then(|| format!("{step} {what}: {why}; it has to succeed where its work is done already"))
    })
}

fn failed_there(at: Option<&str>, error: &WorkflowError) -> Verdict {
    match at {
        Some(at) if !error.failures().any(|failure| failure.path() == at) => {
            said(format!("it was meant to fail at `{at}`, but {error}"))
        }
        _ => Ok(()),
    }
}

/// Everything is undone, and the world as before.
fn rolled_back(error: &WorkflowError, ran: &Ran) -> Verdict {
    if error.status() == Status::Failed {
        return said(not_undone(error, ran));
    }
    let by_hand = ran.seen.iter().find(|seen| {
        let failed = error.failures().any(|failure| failure.path() == seen.path);
        seen.is_for_good() && seen.succeeded() && !failed && !error.undone().iter().any(|path| *path == seen.path)
    });
    if let Some(undo) = by_hand {
        return said(format!("`{}` has run `{}`, and nobody is told so: {error}", undo.path, undo.step));
    }
    let changes = diff(&ran.before, &ran.after);
    if changes.is_empty() { Ok(()) } else { Err(Wrong::NotAsBefore(changes)) }
}

/// Who did not undo what, and why.
fn not_undone(error: &WorkflowError, ran: &Ran) -> String {
    let told = error.not_undone().map(|node| {
        let of_node = || ran.seen.iter().filter(|seen| seen.path == node.path());
        let undo = of_node().find(|seen| seen.undo).map_or("its compensation", |seen| seen.step);
        let has_run = |seen: &Seen| {
            let effect = |hit: &Hit| hit.node == seen.node() && hit.fault.has_effect();
            seen.undo && (seen.succeeded() || ran.hits.iter().any(effect))
        };
        let after_crash = ran.crashed && of_node().filter(|seen| seen.undo).count() > 1;
        let why = if after_crash || of_node().any(has_run) {
            ": it has to succeed also where it has run before"
        } else if !of_node().any(|seen| !seen.undo && seen.succeeded()) {
            ": it has to succeed also where there is nothing to undo"
        } else {
            ""
        };
        format!("`{undo}`, which undoes `{}`, gave up ({:#}){why}", node.path(), node.error())
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() {
        return format!("the execution is `failed`, and not rolled back: {error}");
    }
    format!("{}, so that the execution is `failed`", told.join(", "))
}

fn gives_up(check: &Check, failed: Option<&str>, ran: &Ran) -> Verdict {
    let at = check.at.as_deref().unwrap_or_default();
    let Some(error) = &ran.gave_up else {
        return match &ran.end {
            End::RolledBack(error) => said(format!("the undo of `{at}` gave up, and nobody was told: {error}")),
            _ => said(format!("the undo of `{at}` gave up, and the workflow completed all the same")),
        };
    };
    if !error.not_undone().any(|node| node.path() == at) {
        return said(format!(
            "the undo of `{at}` gave up, but what is told not to be undone is something else: {error}"
        ));
    }
    failed_there(failed, error)?;
    match &ran.end {
        End::RolledBack(error) => rolled_back(error, ran),
        _ => said(format!("the undo of `{at}` gave up, and the workflow completed all the same")),
    }
}
