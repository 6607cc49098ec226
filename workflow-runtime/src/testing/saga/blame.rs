//! Who is to blame for a world that is not as it should be: found by a second run that watches every attempt.

use serde_json::Value;

use super::check::{About, Check};
use super::judge::quoted;
use super::stage::Ran;
use super::survey::Survey;
use super::trace::Seen;
use super::world::{Change, listed, told};

/// The culprit of a world that is not as before, and what differs.
pub(super) fn not_as_before(check: &Check, survey: &Survey, ran: &Ran, changes: &[Change]) -> String {
    let steps = touching(ran, changes, false);
    let undos = touching(ran, changes, true);
    let still = told(changes, "still differs");
    let differs = told(changes, "differs");
    let judged: Vec<(u8, String)> =
        steps.iter().map(|step| reason(check, survey, ran, step, changes, &still)).collect();
    match judged.into_iter().min_by_key(|(rank, _)| *rank) {
        Some((_, reason)) => reason,
        None => match undos.last() {
            Some(undo) if undo.is_for_good() => {
                format!("`{}`, which `{}` asks for, ran, and {differs}", undo.step, undo.path)
            }
            Some(undo) => {
                format!("`{}` undid more than `{}` had done, so that {differs}", undo.step, undo.path)
            }
            None => format!(
                "{differs}, but no step changed it while it ran: a task that a step left behind, or a `static`, may have"
            ),
        },
    }
}

/// Why what this step changed has stayed; the clearer the reason, the lower the number before it.
fn reason(check: &Check, survey: &Survey, ran: &Ran, step: &Seen, changes: &[Change], still: &str) -> (u8, String) {
    let name = &step.step;
    let Some(place) = survey.place(&step.path) else { return (9, format!("`{name}` ran, and {still}")) };
    let Some(compensation) = place.node.compensation else {
        if place.node.pivot {
            return (5, format!("`{name}` is a pivot that failed after its effect, nothing undoes it, and {still}"));
        }
        return (0, format!("`{name}` has no compensation, so nobody undoes what it did: {still}"));
    };
    let undos: Vec<&Seen> = ran.seen.iter().filter(|seen| seen.undo && seen.path == step.path).collect();
    if undos.is_empty() {
        if !step.succeeded() && !place.node.hears_doubt {
            let why = "which takes no `Outcome` and so does not hear of doubt";
            return (
                1,
                format!("`{name}` failed after its effect, and `{compensation}`, {why}, was not asked: {still}"),
            );
        }
        return (1, format!("`{compensation}`, which undoes `{name}`, did not run, and {still}"));
    }
    let touches = |seen: &&&Seen| seen.changes.iter().any(|change| changes.iter().any(|other| other.touches(change)));
    if !undos.iter().any(|undo| touches(&undo)) {
        let lost = "after the crash, but does not undo what was done before it: does it look for something that only the process \
                    remembered, and not its payload?";
        return (
            2,
            if ran.crashed {
                format!("`{compensation}` ran {lost} {still}")
            } else {
                format!("`{compensation}` ran, but {still}")
            },
        );
    }
    let repeated = check.about == About::RepeatUndo && check.at.as_ref() == Some(&step.path);
    if (repeated || undos.len() > 1) && twice(&undos, changes) {
        let when = match undos.iter().find_map(|undo| undo.asked_by.as_ref().filter(|_| !undo.succeeded())) {
            Some(undo) => format!("at `{undo}`, whose success was lost, and again in the rollback"),
            None if ran.crashed => "before the crash and after it".to_owned(),
            None => "twice".to_owned(),
        };
        return (
            2,
            format!("`{compensation}` ran {when}, and did its work twice, so that {still}: it is not idempotent"),
        );
    }
    if balanced(step, &undos, changes) {
        return (8, format!("`{compensation}` ran, but {still}"));
    }
    let did = listed(&about(step, changes), 0);
    let undid: Vec<Change> = undos.iter().flat_map(|undo| about(undo, changes)).collect();
    let undid = listed(&undid, 0);
    (3, format!("`{compensation}` ran, but does not undo what `{name}` did ({did}; then {undid}): {still}"))
}

/// Whether one of the places that differ was changed more than once.
fn twice(undos: &[&Seen], changes: &[Change]) -> bool {
    let all: Vec<Change> = undos.iter().flat_map(|undo| about(undo, changes)).collect();
    all.iter().any(|change| all.iter().filter(|other| other.place == change.place).count() > 1)
}

/// What an attempt did to the places that differ.
fn about(seen: &Seen, changes: &[Change]) -> Vec<Change> {
    seen.changes.iter().filter(|change| changes.iter().any(|other| other.touches(change))).cloned().collect()
}

/// Whether the undo takes back what the step did, place by place.
fn balanced(step: &Seen, undos: &[&Seen], changes: &[Change]) -> bool {
    about(step, changes).iter().all(|did| {
        undos.iter().flat_map(|undo| &undo.changes).any(|undid| {
            undid.place == did.place && (delta(did) + delta(undid)).abs() < f64::EPSILON && inverse(did, undid)
        })
    })
}

fn delta(change: &Change) -> f64 {
    let number = |value: &Option<Value>| value.as_ref().and_then(Value::as_f64).unwrap_or_default();
    number(&change.after) - number(&change.before)
}

fn inverse(did: &Change, undid: &Change) -> bool {
    let is_number = |value: &Option<Value>| value.as_ref().is_some_and(Value::is_number);
    is_number(&did.before) && is_number(&did.after) || did.before == undid.after
}

fn touching<'r>(ran: &'r Ran, changes: &[Change], undo: bool) -> Vec<&'r Seen> {
    ran.seen.iter().filter(|seen| seen.undo == undo && !about(seen, changes).is_empty()).collect()
}

/// The culprit of a world that is not the same as without the fault.
pub(super) fn not_the_same(check: &Check, plain: &Ran, ran: &Ran, changes: &[Change]) -> String {
    let differs = told(changes, "differs from a plain run");
    let at = check.at.as_deref().unwrap_or_default();
    let name = match ran.seen.iter().find(|seen| seen.node() == at) {
        Some(Seen { step, asked_by: Some(undo), .. }) => format!("`{step}`, which `{undo}` asks for,"),
        seen => quoted(seen.map_or(at, |seen| seen.step)),
    };
    match check.about {
        About::Repeat => format!("{name} ran twice under one idempotency key, and did its work twice: {differs}"),
        About::FailOnce => {
            format!("{name} was attempted again after its success was lost, and did its work again: {differs}")
        }
        About::Crash | About::CrashInRollback => match repeated(ran, changes) {
            Some(step) => format!(
                "`{}` ran again after the crash under the same idempotency key, and did its work again: {differs}",
                step.step
            ),
            None => format!("after a crash {differs}"),
        },
        About::Nothing => other_value(plain, ran)
            .unwrap_or_else(|| format!("two runs from a fresh fixture are not alike: {}", told(changes, "differs"))),
        About::RoundTrip => {
            other_value(plain, ran).unwrap_or_else(|| format!("with every value through JSON {differs}"))
        }
        About::Engine => other_value(plain, ran)
            .unwrap_or_else(|| format!("on an engine {}", told(changes, "differs from a run in process"))),
        _ => {
            let steps = touching(ran, changes, false);
            let last = steps.last().map_or_else(String::new, |step| format!("`{}` changed it last: ", step.step));
            format!("{last}{differs}")
        }
    }
}

/// A step that changed what differs and ran more than once, or the last one that changed it. What the first time did may
/// be as in a plain run, and only what came again differs.
fn repeated<'r>(ran: &'r Ran, changes: &[Change]) -> Option<&'r Seen> {
    let steps: Vec<&Seen> = ran.seen.iter().filter(|seen| !about(seen, changes).is_empty()).collect();
    let again =
        |step: &&&Seen| ran.seen.iter().filter(|other| other.path == step.path && other.undo == step.undo).count() > 1;
    steps.iter().find(again).or(steps.last()).copied()
}

/// The first step that was given another value than in the plain run, or gave another one.
pub(super) fn other_value(plain: &Ran, ran: &Ran) -> Option<String> {
    ran.seen.iter().find_map(|seen| {
        let other = plain.seen.iter().find(|other| other.path == seen.path && other.undo == seen.undo)?;
        let step = seen.step;
        if other.input != seen.input {
            let (was, is) = (&other.input, &seen.input);
            return Some(format!(
                "`{step}` was given {is} instead of {was}: a value that it is made of does not come back from JSON as it was (a \
                 field with `#[serde(skip)]`?), or an expression of the workflow is not pure"
            ));
        }
        let (Some(Ok(was)), Some(Ok(is))) = (&other.result, &seen.result) else { return None };
        (was != is).then(|| {
            format!(
                "`{step}` gave {was} in one run and {is} in another, each from a fresh fixture: it keeps state outside of the \
                 container (in a `static`?), or reads a clock or chance"
            )
        })
    })
}

/// Where it failed and in which order things were undone, as the rest of a message.
pub(super) fn circumstances(check: &Check, ran: &Ran) -> String {
    let mut text = String::new();
    if matches!(check.about, About::Repeat | About::FailOnce) {
        // Nothing failed, and what was undone, was undone as in any run.
        return text;
    }
    let failed = ran.hits.iter().rev().find(|hit| !hit.undo).map(|hit| hit.node.as_str());
    let what = match check.about {
        About::Cancel | About::CancelOnEngine => "cancelled at",
        About::CancelAndCrash => "before a crash cancelled at",
        About::TimeOut => "timed out at",
        About::Panic => "panicked at",
        _ => "failed at",
    };
    if let Some(node) = failed {
        text = format!("; {what} {}", quoted(node));
    }
    let mut undone: Vec<String> = Vec::new();
    for seen in ran.seen.iter().filter(|seen| seen.undo) {
        let name = quoted(&seen.path);
        if !undone.contains(&name) {
            undone.push(name);
        }
    }
    if !undone.is_empty() {
        text = format!("{text}; undo order was {}", undone.join(", "));
    }
    text
}
