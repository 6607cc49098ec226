//! Which cases a workflow has: each node with each thing that can go wrong there, and a crash at each write.

use std::collections::BTreeMap;

use crate::execute::Ways;
use crate::graph::Graph;
use crate::testing::Fault;
use crate::testing::steps::StepFault;

use super::check::{About, Check, Expect};
use super::fixture::Claims;
use super::stage::{After, Crash, Host, How, Stage};
use super::survey::{Place, Reach, Survey, rule};

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
        About::CancelOnEngine,
        About::CancelAndCrash,
        About::RepeatUndo,
        About::UndoFailsOnce,
        About::UndoGivesUp,
    ] {
        for place in &survey.places {
            let ways = survey.reaching(&place.node.path);
            let checks: Vec<Check> = ways.into_iter().flat_map(|way| planner.at(about, place, way)).collect();
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

/// What the cases are made from.
pub(super) struct Planner<'s> {
    pub(super) graph: &'s Graph,
    pub(super) survey: &'s Survey,
    pub(super) claims: &'s Claims,
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
                    how: How { host: engine(Some(Crash::Store(crash)), After::Nothing), ..reach.how() },
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
                    how: How { host: engine(Some(Crash::Store(crash)), After::Nothing), ..how.clone() },
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

pub(super) fn engine(crash: Option<Crash>, after: After) -> Host {
    Host::Engine { crash, after }
}
