//! Who is to blame for a world that is not as it should be: found by a second run that watches every attempt.

mod differing;
mod left_over;

pub(super) use differing::{not_the_same, other_value};
pub(super) use left_over::not_as_before;

use super::check::{About, Check};
use super::judge::quoted;
use super::stage::{End, Ran};
use super::trace::Seen;
use super::world::Change;

/// What an attempt did to the places that differ.
fn about(seen: &Seen, changes: &[Change]) -> Vec<Change> {
    seen.changes.iter().filter(|change| changes.iter().any(|other| other.touches(change))).cloned().collect()
}

fn touching<'r>(ran: &'r Ran, changes: &[Change], undo: bool) -> Vec<&'r Seen> {
    ran.seen.iter().filter(|seen| seen.undo == undo && !about(seen, changes).is_empty()).collect()
}

/// What only a crash can show.
const FORGOTTEN: &str = "does it look for something that only the process remembered, and not its payload?";

/// Where it failed and in which order things were undone, as the rest of a message.
pub(super) fn circumstances(check: &Check, ran: &Ran) -> String {
    let mut text = String::new();
    if matches!(check.about, About::Repeat | About::FailOnce) {
        // Nothing failed, and what was undone, was undone as in any run.
        return text;
    }
    let failed = ran.hits.iter().rev().find(|hit| !hit.undo).map(|hit| hit.node.as_str());
    let what = match check.about {
        about if about.is_cancel() => "cancelled at",
        About::TimeOut => "timed out at",
        About::Panic => "panicked at",
        _ => "failed at",
    };
    if let Some(node) = failed {
        let then = if check.about == About::CancelAndCrash { ", and the engine died" } else { "" };
        text = format!("; {what} {}{then}", quoted(node));
    }
    if !matches!(ran.end, End::RolledBack(_)) {
        return text;
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
