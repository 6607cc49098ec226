//! Which cases a workflow has: each node with each thing that can go wrong there, and a crash at each write.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::execute::Ways;
use crate::graph::{Graph, GraphNode};
use crate::step::Retry;
use crate::testing::Fault;
use crate::testing::steps::{Rule, StepFault};

use super::check::{About, Check, Expect};
use super::fixture::Claims;
use super::stage::{After, End, Host, How, Stage};
use super::survey::{Place, Reach, Survey, rule};
use super::trace::Seen;

/// Cases by name, in the order in which they are listed.
pub(super) type Cases = Vec<(String, Vec<Check>)>;

/// All cases but those about nodes that nobody reaches.
pub(super) fn cases(graph: &Graph, survey: &Survey, claims: &Claims, stage: &dyn Stage) -> Cases {
    let planner = Planner { graph, survey, claims };
    let mut cases = planner.of_the_whole();
    for about in [
        About::Fail,
        About::FailAfterEffect,
        About::FailOnce,
        About::Panic,
        About::TimeOut,
        About::Repeat,
        About::Cancel,
        About::RepeatUndo,
        About::UndoFailsOnce,
        About::UndoGivesUp,
    ] {
        for place in &survey.places {
            let ways = survey.reaching(&place.node.path);
            let checks: Vec<Check> = ways.into_iter().filter_map(|way| planner.at(about, place, way)).collect();
            if !checks.is_empty() {
                cases.push((format!("{about}::{}", place.node.path), checks));
            }
        }
    }
    if !claims.in_process_only {
        planner.crashes(stage, &mut cases);
    }
    cases
}

struct Planner<'s> {
    graph: &'s Graph,
    survey: &'s Survey,
    claims: &'s Claims,
}

/// What makes a rollback reach a step.
struct Trigger {
    rules: Vec<Rule>,
    after: Option<After>,
    at: Option<String>,
}

impl Planner<'_> {
    fn of_the_whole(&self) -> Cases {
        let natural = || self.survey.reaches.iter().enumerate().filter(|(_, reach)| reach.is_natural());
        let all = |about: About, how: &dyn Fn(&Reach) -> How| -> (String, Vec<Check>) {
            let check = |(way, reach): (usize, &Reach)| Check {
                reach: way,
                how: how(reach),
                about,
                at: None,
                expect: Expect::Same,
            };
            (about.to_string(), natural().map(check).collect())
        };
        let mut cases = vec![all(About::Nothing, &Reach::how)];
        if !self.claims.in_process_only {
            cases.push(all(About::Engine, &|reach| How { host: engine(None, After::Nothing), ..reach.how() }));
            cases.push(all(About::RoundTrip, &|reach| How { round_trip: true, ..reach.how() }));
        }
        cases
    }

    /// What is done about this step on this way; `None` where it would mean nothing.
    fn at(&self, about: About, place: &Place, way: usize) -> Option<Check> {
        let reach = self.survey.reaches.get(way)?;
        let seen = reach.last(&place.node.path)?;
        let path = seen.path.clone();
        let node = &place.node;
        let forever = node.retry == Some(Retry::Forever);
        let again = !matches!(node.retry, Some(Retry::Attempts(1)) | None);
        let fails = if place.handled { Expect::Handled } else { Expect::Rollback(Some(path.clone())) };
        let stops = Expect::Stopped;
        let clean = self.is_clean(node);
        let lost = if clean { StepFault::Fail } else { StepFault::FailAfterEffect };
        let (fault, times, expect) = match about {
            About::Fail => (StepFault::Fail, None, fails),
            About::FailAfterEffect if clean => return None,
            About::FailAfterEffect => (StepFault::FailAfterEffect, None, fails),
            About::FailOnce if again => (lost, Some(1), Expect::Same),
            About::Panic => (StepFault::Panic, None, fails),
            About::TimeOut => match (node.timeout, self.graph.timeout()) {
                (Some(_), _) => (StepFault::TimeOut, None, fails),
                (None, Some(whole)) => (StepFault::Slow(whole + Duration::from_secs(1)), None, stops),
                (None, None) => return None,
            },
            About::Repeat if !node.at_most_once && self.may_repeat(node.retry) => {
                (StepFault::Repeat, None, Expect::Same)
            }
            About::Cancel => (StepFault::Cancel, None, stops),
            About::RepeatUndo | About::UndoFailsOnce | About::UndoGivesUp => {
                return self.undo(about, place, way, reach, path);
            }
            _ => return None,
        };
        // A failure for good is none where the step goes on for ever.
        let times = if forever && about == About::FailOnce { Some(1) } else { times };
        let rules = [reach.rules.clone(), vec![rule(&path, false, fault, times)]].concat();
        Some(Check { reach: way, how: How { rules, ..reach.how() }, about, at: Some(path), expect })
    }

    /// Whether something can run twice under one key: where it is retried, or after a crash.
    fn may_repeat(&self, retry: Option<Retry>) -> bool {
        !self.claims.in_process_only || !matches!(retry, Some(Retry::Attempts(1)) | None)
    }

    fn is_clean(&self, node: &GraphNode) -> bool {
        self.claims.clean.iter().any(|step| *step == node.path || node.runs == Some(step))
    }

    fn undo(&self, about: About, place: &Place, way: usize, reach: &Reach, path: String) -> Option<Check> {
        let node = &place.node;
        node.compensation?;
        let (fault, times) = match about {
            About::RepeatUndo if !self.may_repeat(node.compensation_retry) => return None,
            About::RepeatUndo => (StepFault::Repeat, None),
            // A compensation that is attempted once gives up at once.
            About::UndoFailsOnce if node.compensation_retry == Some(Retry::Attempts(1)) => return None,
            About::UndoFailsOnce => (StepFault::FailAfterEffect, Some(1)),
            // What the workflow itself undoes, it may handle.
            _ if reach.plain.seen.iter().any(|seen| seen.undo && seen.path == path) => return None,
            _ => (StepFault::Fail, None),
        };
        let Trigger { mut rules, after, at } = self.trigger(place, reach, &path)?;
        rules.push(rule(&path, true, fault, times));
        let gives_up = about == About::UndoGivesUp;
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
        let expect = if gives_up { Expect::GivesUp } else { Expect::Rollback(at) };
        let rules = [reach.rules.clone(), rules].concat();
        Some(Check { reach: way, how: How { rules, host, ..reach.how() }, about, at: Some(path), expect })
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
            End::RolledBack(_) => Some(Trigger { rules: Vec::new(), after: None, at: None }),
            End::Completed { .. } if !reach.plain.past_pivot() => {
                Some(Trigger { rules: Vec::new(), after: Some(After::Undo), at: None })
            }
            End::Completed { .. } if place.node.hears_doubt && !place.handled && !reach.plain.past_pivot() => {
                let rules = vec![rule(path, false, StepFault::FailAfterEffect, None)];
                Some(Trigger { rules, after: None, at: Some(path.to_owned()) })
            }
            _ => None,
        }
    }

    /// The last step that can fail the workflow, among those that begin after this moment and up to the pivot.
    fn last_that_can_fail(&self, reach: &Reach, after: usize) -> Option<String> {
        let pivot = reach.plain.seen.iter().find(|seen| seen.pivot && !seen.undo && seen.succeeded());
        let until = pivot.map_or(usize::MAX, |pivot| pivot.began);
        let visited = reach.plain.visited();
        let can_fail = |path: &str| self.survey.place(path).is_some_and(|place| !place.handled);
        let is_one = |seen: &&Seen| seen.began > after && seen.began <= until && can_fail(&seen.path);
        visited.into_iter().rfind(is_one).map(|seen| seen.path.clone())
    }

    /// What may come of a crash: an attempt that nobody may repeat is lost with it, and its failure may be handled.
    fn after_crash(&self, reach: &Reach) -> Expect {
        let visited = reach.plain.visited();
        let places = visited.iter().filter_map(|seen| self.survey.place(&seen.path));
        let once: Vec<&Place> = places.filter(|place| place.node.at_most_once).collect();
        match once.as_slice() {
            [] => Expect::Same,
            once if once.iter().any(|place| place.handled) => Expect::Handled,
            _ => Expect::SameOrRollback,
        }
    }

    /// A crash before and after each write, forward and on the way back.
    fn crashes(&self, stage: &dyn Stage, cases: &mut Cases) {
        let mut before: BTreeMap<(Moment, u64), Vec<Check>> = BTreeMap::new();
        let natural = self.survey.reaches.iter().enumerate().filter(|(_, reach)| reach.is_natural());
        for (way, reach) in natural {
            let whole = stage.run(reach.input, &How { host: engine(None, After::Nothing), ..reach.how() });
            let expect = self.after_crash(reach);
            for write in 1..=whole.writes {
                let check = |crash| Check {
                    reach: way,
                    how: How { host: engine(Some(crash), After::Nothing), ..reach.how() },
                    about: About::Crash,
                    at: None,
                    expect: expect.clone(),
                };
                before.entry((Moment::Before, write)).or_default().push(check(Fault::StopBefore(write)));
                before.entry((Moment::After, write)).or_default().push(check(Fault::StopAfter(write)));
            }
            let Some(last) = self.last_that_can_fail(reach, 0) else { continue };
            let rules = vec![rule(&last, false, StepFault::Fail, None)];
            let how = How { rules, ways: Ways::default(), host: engine(None, After::Nothing), ..How::default() };
            let failed = stage.run(reach.input, &how);
            let Some(first) = failed.writes_before_undo else { continue };
            for write in first + 1..=failed.writes {
                let check = |crash| Check {
                    reach: way,
                    how: How { host: engine(Some(crash), After::Nothing), ..how.clone() },
                    about: About::CrashInRollback,
                    at: None,
                    expect: Expect::Rollback(Some(last.clone())),
                };
                before.entry((Moment::BeforeInRollback, write)).or_default().push(check(Fault::StopBefore(write)));
                before.entry((Moment::AfterInRollback, write)).or_default().push(check(Fault::StopAfter(write)));
            }
        }
        cases.extend(before.into_iter().map(|((when, write), checks)| (format!("{}::{write}", when.name()), checks)));
    }
}

/// When the process dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Moment {
    Before,
    After,
    BeforeInRollback,
    AfterInRollback,
}

impl Moment {
    fn name(self) -> &'static str {
        match self {
            Self::Before => "crash_before_write",
            Self::After => "crash_after_write",
            Self::BeforeInRollback => "crash_in_rollback_before_write",
            Self::AfterInRollback => "crash_in_rollback_after_write",
        }
    }
}

fn engine(crash: Option<Fault>, after: After) -> Host {
    Host::Engine { crash, after }
}
