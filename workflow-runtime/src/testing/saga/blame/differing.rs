//! Who is to blame for a world that is not the same as without the fault.

use super::{FORGOTTEN, about, touching};
use crate::testing::saga::check::{About, Check};
use crate::testing::saga::judge::quoted;
use crate::testing::saga::stage::Ran;
use crate::testing::saga::trace::Seen;
use crate::testing::saga::world::{Change, told};

/// The culprit of a world that is not the same as without the fault.
pub(in crate::testing::saga) fn not_the_same(check: &Check, plain: &Ran, ran: &Ran, changes: &[Change]) -> String {
    let differs = told(changes, "differs from a plain run");
    let at = check.at.as_deref().unwrap_or_default();
    let name = ran.seen.iter().find(|seen| seen.node() == at).map_or_else(|| quoted(at), Seen::name);
    match check.about {
        About::Repeat => format!("{name} ran twice under one idempotency key, and did its work twice: {differs}"),
        About::FailOnce => {
            format!("{name} was attempted again after its success was lost, and did its work again: {differs}")
        }
        About::Crash | About::CrashInRollback | About::CancelAndCrash => after_crash(ran, changes, &differs),
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

/// What a crash has to do with what differs. What the first attempt did may be as in a plain run, and only what came again
/// differs.
fn after_crash(ran: &Ran, changes: &[Change], differs: &str) -> String {
    let changed: Vec<&Seen> = ran.seen.iter().filter(|seen| !about(seen, changes).is_empty()).collect();
    let again =
        |step: &&&Seen| ran.seen.iter().filter(|other| other.path == step.path && other.undo == step.undo).count() > 1;
    if let Some(step) = changed.iter().find(again) {
        let step = step.step;
        return format!(
            "`{step}` ran again after the crash under the same idempotency key, and did its work again: {differs}"
        );
    }
    let undone_in_vain = changed.iter().find_map(|step| {
        let in_vain = |seen: &&Seen| seen.undo && seen.path == step.path && about(seen, changes).is_empty();
        Some((step.step, ran.seen.iter().find(in_vain)?.step))
    });
    match (undone_in_vain, changed.last()) {
        (Some((step, undo)), _) => {
            format!(
                "`{undo}` ran after the crash, but does not undo what `{step}` did before it: {FORGOTTEN} {differs}"
            )
        }
        (None, Some(last)) => format!("after a crash {differs}; `{}` changed it last", last.step),
        (None, None) => format!("after a crash {differs}"),
    }
}

/// The first step that was given another value than in the plain run, or gave another one.
pub(in crate::testing::saga) fn other_value(plain: &Ran, ran: &Ran) -> Option<String> {
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
