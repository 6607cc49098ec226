//! Who did not undo what is left.

use serde_json::Value;

use super::{FORGOTTEN, about, touching};
use crate::testing::saga::check::{About, Check};
use crate::testing::saga::stage::Ran;
use crate::testing::saga::survey::Survey;
use crate::testing::saga::trace::Seen;
use crate::testing::saga::world::{Change, listed, told};

/// The culprit of a world that is not as before, and what differs.
pub(in crate::testing::saga) fn not_as_before(check: &Check, survey: &Survey, ran: &Ran, changes: &[Change]) -> String {
    let still = told(changes, "still differs");
    let differs = told(changes, "differs");
    let left = LeftOver { check, survey, ran, changes, still };
    let judged = touching(ran, changes, false).into_iter().map(|step| left.reason(step));
    match judged.min_by_key(|(rank, _)| *rank) {
        Some((_, reason)) => reason,
        None => match touching(ran, changes, true).last() {
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

/// A rollback that left something over.
struct LeftOver<'r> {
    check: &'r Check,
    survey: &'r Survey,
    ran: &'r Ran,
    changes: &'r [Change],
    still: String,
}

impl LeftOver<'_> {
    /// Why what this step changed has stayed; the clearer the reason, the lower the number before it.
    fn reason(&self, step: &Seen) -> (u8, String) {
        let (name, still) = (step.step, &self.still);
        let Some(place) = self.survey.place(&step.path) else { return (9, format!("`{name}` ran, and {still}")) };
        let Some(undoes) = place.node.compensation else {
            if place.node.pivot {
                return (
                    5,
                    format!("`{name}` is a pivot that failed after its effect, nothing undoes it, and {still}"),
                );
            }
            return (0, format!("`{name}` has no compensation, so nobody undoes what it did: {still}"));
        };
        let undos: Vec<&Seen> = self.ran.seen.iter().filter(|seen| seen.undo && seen.path == step.path).collect();
        let Some(last) = undos.last() else {
            if !step.succeeded() && !place.node.hears_doubt {
                let why = "which takes no `Outcome` and so does not hear of doubt";
                return (1, format!("`{name}` failed after its effect, and `{undoes}`, {why}, was not asked: {still}"));
            }
            return (1, format!("`{undoes}`, which undoes `{name}`, did not run, and {still}"));
        };
        let did_it = |seen: &&Seen| !seen.undo && seen.path == step.path && !seen.changes.is_empty();
        if self.ran.seen.iter().filter(did_it).count() > 1 {
            return (
                1,
                format!(
                    "`{name}` did its work again when it was attempted again under one idempotency key, and `{undoes}` does not undo \
                     all of it: {still}"
                ),
            );
        }
        if undos.iter().all(|undo| about(undo, self.changes).is_empty()) {
            let in_doubt = place.node.hears_doubt && is_unknown(&last.input);
            let why = match (in_doubt, self.ran.crashed) {
                (true, _) => {
                    format!("`{undoes}` ran with `Outcome::Unknown`, and does not find what `{name}` did: {still}")
                }
                (false, true) => {
                    format!(
                        "`{undoes}` ran after the crash, but does not undo what was done before it: {FORGOTTEN} {still}"
                    )
                }
                (false, false) => format!("`{undoes}` ran, but {still}"),
            };
            return (2, why);
        }
        if self.undone_twice(step, &undos) {
            let when = match undos.iter().find_map(|undo| undo.asked_by.as_ref().filter(|_| !undo.succeeded())) {
                Some(undo) => format!("at `{undo}`, whose success was lost, and again in the rollback"),
                None if self.ran.crashed => "before the crash and after it".to_owned(),
                None => "twice".to_owned(),
            };
            let what = format!("`{undoes}` ran {when}, and did its work twice, so that {still}: it is not idempotent");
            return (2, what);
        }
        if balanced(step, &undos, self.changes) {
            return (8, format!("`{undoes}` ran, but {still}"));
        }
        let did = listed(&about(step, self.changes), 0);
        let undid: Vec<Change> = undos.iter().flat_map(|undo| about(undo, self.changes)).collect();
        let undid = listed(&undid, 0);
        (3, format!("`{undoes}` ran, but does not undo what `{name}` did ({did}; then {undid}): {still}"))
    }

    /// Whether the compensation ran again, and changed one of the places that differ more than once.
    fn undone_twice(&self, step: &Seen, undos: &[&Seen]) -> bool {
        let repeated = self.check.about == About::RepeatUndo && self.check.at.as_ref() == Some(&step.path);
        let all: Vec<Change> = undos.iter().flat_map(|undo| about(undo, self.changes)).collect();
        let twice = |change: &Change| all.iter().filter(|other| other.place == change.place).count() > 1;
        (repeated || undos.len() > 1) && all.iter().any(twice)
    }
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

/// Whether a compensation was given `Outcome::Unknown`.
fn is_unknown(input: &Value) -> bool {
    input.get(0).is_some_and(|outcome| outcome == "unknown")
}
