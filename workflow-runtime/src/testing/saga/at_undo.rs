//! Cases about the compensation of a step, in a rollback that something else brings about.

use crate::graph::NodeKind;
use crate::step::Retry;
use crate::testing::steps::{Rule, StepFault};

use super::cases::{Planner, engine};
use super::check::{About, Check, Expect};
use super::stage::{After, End, Host, How};
use super::survey::{Place, Reach, rule};
use super::trace::Seen;

/// What makes a rollback reach a step.
#[derive(Default)]
struct Trigger {
    rules: Vec<Rule>,
    after: Option<After>,
    at: Option<String>,
}

impl Planner<'_> {
    pub(super) fn undo(&self, about: About, place: &Place, way: usize, reach: &Reach, path: &str) -> Option<Check> {
        let node = &place.node;
        // What an `undo!` undoes is none of its own.
        if node.kind != NodeKind::Step || node.compensation.is_none() {
            return None;
        }
        let (fault, times) = match about {
            About::RepeatUndo if !self.may_repeat(node.compensation_retry) => return None,
            About::RepeatUndo => (StepFault::Repeat, None),
            // A compensation that is attempted once gives up at once.
            About::UndoFailsOnce if node.compensation_retry == Some(Retry::Attempts(1)) => return None,
            About::UndoFailsOnce => (StepFault::FailAfterEffect, Some(1)),
            _ => (StepFault::Fail, None),
        };
        let gives_up = about == About::UndoGivesUp;
        let by_hand = reach.plain.seen.iter().find(|seen| seen.asked_by.is_some() && seen.path == path);
        let Trigger { mut rules, after, at } = match by_hand {
            // What the workflow handles, is its own affair; else the `undo!` that gives up brings the rollback about.
            Some(undo) if gives_up && self.survey.place(undo.node()).is_none_or(|place| place.handled) => return None,
            Some(undo) if gives_up => Trigger { at: Some(undo.node().to_owned()), ..Trigger::default() },
            _ => self.trigger(place, reach, path)?,
        };
        rules.push(rule(path, true, fault, times));
        // Only an engine undoes what has completed, or what could not be undone.
        if self.claims.in_process_only && (gives_up || after.is_some()) {
            return None;
        }
        let host = match (gives_up, after) {
            (true, Some(After::Undo)) => engine(None, After::UndoAndRetry),
            (true, _) => engine(None, After::Retry),
            (false, Some(after)) => engine(None, after),
            (false, None) => Host::InProcess,
        };
        let expect = if gives_up { Expect::GivesUp(at) } else { Expect::Rollback(at) };
        let rules = [reach.rules.clone(), rules].concat();
        Some(Check { reach: way, how: How { rules, host, ..reach.how() }, about, at: Some(path.to_owned()), expect })
    }

    /// What makes a rollback that undoes the step which ran at `path`, and as much else as can be.
    fn trigger(&self, place: &Place, reach: &Reach, path: &str) -> Option<Trigger> {
        let ended = reach.plain.seen.iter().find(|seen| !seen.undo && seen.path == path && seen.succeeded())?.ended?;
        if let Some(last) = self.last_that_can_fail(reach, ended) {
            let rules = vec![rule(&last, false, StepFault::Fail, None)];
            return Some(Trigger { rules, after: None, at: Some(last) });
        }
        match &reach.plain.end {
            // The input alone fails, later on.
            End::RolledBack(_) => Some(Trigger::default()),
            End::Completed { .. } if reach.plain.past_pivot() => None,
            End::Completed { .. } if !self.claims.in_process_only => {
                Some(Trigger { after: Some(After::Undo), ..Trigger::default() })
            }
            End::Completed { .. } if place.node.hears_doubt && !place.handled => {
                let rules = vec![rule(path, false, StepFault::FailAfterEffect, None)];
                Some(Trigger { rules, after: None, at: Some(path.to_owned()) })
            }
            _ => None,
        }
    }

    /// The last step that can fail the workflow, among those that begin after this moment and up to the pivot.
    pub(super) fn last_that_can_fail(&self, reach: &Reach, after: usize) -> Option<String> {
        let until = reach.plain.pivot().map_or(usize::MAX, |pivot| pivot.began);
        let visited = reach.plain.visited();
        let can_fail = |path: &str| self.survey.place(path).is_some_and(|place| !place.handled);
        let is_one = |seen: &&Seen| seen.began > after && seen.began <= until && can_fail(seen.node());
        visited.into_iter().rfind(is_one).map(|seen| seen.node().to_owned())
    }
}
