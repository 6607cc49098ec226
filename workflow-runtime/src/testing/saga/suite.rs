//! The suite of a workflow: its cases, as data and as tests.

use std::fmt;
use std::process::ExitCode;
use std::sync::{Arc, LazyLock};

use libtest_mimic::{Arguments, Failed, Trial};
use serde::Serialize;

use crate::graph::NodeKind;
use crate::services::{Blueprint, Container};
use crate::step::RunsOn;
use crate::workflow::Workflow;

use super::blame;
use super::cases::cases;
use super::check::{About, Check, Expect};
use super::fixture::Fixture;
use super::judge::{Wrong, judge, quoted};
use super::reached::reached;
use super::stage::{End, How, Ran, Stage};
use super::survey::Survey;

/// Everything that is to be tested about one workflow. Its cases are found out when somebody asks for them.
#[derive(Debug)]
pub struct Suite {
    name: &'static str,
    cases: LazyLock<Vec<Case>, Box<dyn FnOnce() -> Vec<Case> + Send>>,
}

/// One test of a suite.
#[derive(Clone)]
pub struct Case {
    name: String,
    run: Arc<dyn Fn() -> Result<(), String> + Send + Sync>,
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Case").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Case {
    /// One that needs no run.
    fn decided(name: String, verdict: Result<(), String>) -> Self {
        Self { name, run: Arc::new(move || verdict.clone()) }
    }

    /// Its name within the suite, such as `fail_at::charge`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Runs it. Call it anywhere: it has a thread, a runtime and a time of its own.
    ///
    /// # Errors
    /// The text says what is wrong, and who is to blame.
    pub fn run(&self) -> Result<(), String> {
        (self.run)()
    }
}

impl Suite {
    /// The name of the workflow, or that of the fixture.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The cases, in the order in which they are listed.
    #[must_use]
    pub fn cases(&self) -> &[Case] {
        &self.cases
    }

    /// The case of this name.
    #[must_use]
    pub fn case(&self, name: &str) -> Option<&Case> {
        self.cases.iter().find(|case| case.name == name)
    }

    /// Runs all cases, and gives what is wrong: the name of each that fails, with its message.
    #[must_use]
    pub fn failures(&self) -> Vec<(String, String)> {
        let failure = |case: &Case| Some((case.name.clone(), case.run().err()?));
        self.cases.iter().filter_map(failure).collect()
    }

    /// Runs all cases.
    ///
    /// # Panics
    /// When one of them fails, with the messages of all that do.
    pub fn check(&self) {
        let failures: Vec<String> = self.failures().into_iter().map(|(name, why)| format!("{name}: {why}")).collect();
        assert!(failures.is_empty(), "{} of {} cases fail:\n{}", failures.len(), self.cases.len(), failures.join("\n"));
    }
}

impl<W, C, S> Fixture<W, C, S>
where
    W: Workflow + RunsOn<C> + RunsOn<Blueprint>,
    C: Container,
    S: Serialize + 'static,
{
    /// All that can be tested about the workflow: a few runs find out which nodes there are to reach.
    #[must_use]
    pub fn suite(self) -> Suite {
        Suite { name: self.name, cases: LazyLock::new(Box::new(|| self.cases())) }
    }

    fn cases(self) -> Vec<Case> {
        let graph = crate::graph::graph::<W>();
        let inputs: Vec<Named> =
            self.inputs.iter().map(|input| Named { name: input.name, fails: input.fails }).collect();
        let (name, claims) = (self.name, self.claims.clone());
        let stage: Arc<dyn Stage> = Arc::new(self);
        let survey = Survey::of(&graph, &*stage, inputs.len());
        let planned = cases(&graph, &survey, &claims, &*stage);
        let decided = reached(graph.name(), name, &survey, &claims).into_iter();
        let mut suite: Vec<Case> = decided.map(|(case, verdict)| Case::decided(case, verdict)).collect();
        let all = Arc::new(All { name: W::INFO.name, stage, survey, inputs });
        suite.extend(planned.into_iter().map(|(case, checks)| {
            let (all, full) = (Arc::clone(&all), format!("{name}::{case}"));
            let run = move || checks.iter().try_for_each(|check| all.run(check, &full));
            Case { name: case, run: Arc::new(run) }
        }));
        suite
    }
}

struct Named {
    name: &'static str,
    fails: bool,
}

/// What the cases of a suite share.
struct All {
    name: &'static str,
    stage: Arc<dyn Stage>,
    survey: Survey,
    inputs: Vec<Named>,
}

impl All {
    fn run(&self, check: &Check, case: &str) -> Result<(), String> {
        let Some(reach) = self.survey.reaches.get(check.reach) else { return Err("there is no such way".to_owned()) };
        let input = self.inputs.get(reach.input);
        let with = input.filter(|input| !input.name.is_empty());
        let with = with.map_or_else(String::new, |input| format!("with the input `{}`, ", input.name));
        let told = |text: String| Err(format!("{with}{text}; rerun with `cargo test {case}`"));
        if check.about == About::Nothing
            && let Some(why) = self.unexpected(&reach.plain, input.is_some_and(|input| input.fails))
        {
            return told(why);
        }
        let ran = self.stage.run(reach.input, &check.how);
        let wrong = match judge(check, reach, &ran) {
            Ok(()) if check.expect == Expect::Same && check.at.is_none() => {
                match other_end(check, &reach.plain, &ran) {
                    None => return Ok(()),
                    Some(why) => Wrong::Said(why),
                }
            }
            Ok(()) => return Ok(()),
            Err(wrong) => wrong,
        };
        let watched = || self.stage.run(reach.input, &How { probe: true, ..check.how.clone() });
        match wrong {
            Wrong::Said(text) => {
                let text = unreadable(check, &ran).unwrap_or(text);
                told(format!("{text}{}", blame::circumstances(check, &ran)))
            }
            Wrong::NotAsBefore(changes) => {
                let watched = watched();
                let changes = watched.not_by_hand(changes);
                if changes.is_empty() {
                    return Ok(());
                }
                let who = blame::not_as_before(check, &self.survey, &watched, &changes);
                told(format!("{who}{}", blame::circumstances(check, &ran)))
            }
            Wrong::NotTheSame(changes) => {
                let watched = watched();
                let who = blame::not_the_same(check, &reach.plain, &watched, &changes);
                told(format!("{who}{}", blame::circumstances(check, &ran)))
            }
        }
    }

    /// What is wrong with a run in which nothing goes wrong.
    fn unexpected(&self, plain: &Ran, fails: bool) -> Option<String> {
        match &plain.end {
            End::Broken(why) => Some(why.clone()),
            End::RolledBack(error) if !fails => {
                let at = error.node_path().and_then(|node| self.survey.place(node));
                let hint = match at.map(|place| place.node.kind) {
                    Some(NodeKind::Signal) => "; give the fixture the signal, with `.signal(..)`",
                    _ => "",
                };
                Some(format!("`{}` does not complete: {error}{hint}", self.name))
            }
            End::Completed { .. } if fails => Some(format!("`{}` completes, and was expected to fail", self.name)),
            _ => None,
        }
    }
}

/// That two runs without a fault in a step gave different outputs.
fn other_end(check: &Check, plain: &Ran, ran: &Ran) -> Option<String> {
    let (End::Completed { output: was, .. }, End::Completed { output: is, .. }) = (&plain.end, &ran.end) else {
        return None;
    };
    if was == is {
        return None;
    }
    let place = match check.about {
        About::Nothing => "in another run",
        About::RoundTrip => "once every value had gone through JSON",
        About::Engine => "on an engine",
        _ => "after a crash",
    };
    let why = blame::other_value(plain, ran);
    Some(why.unwrap_or_else(|| format!("{place} it gave {is} instead of {was}")))
}

/// The step whose value does not survive a store, where that is what the case is about.
fn unreadable(check: &Check, ran: &Ran) -> Option<String> {
    if !matches!(check.about, About::RoundTrip | About::Engine | About::Crash) {
        return None;
    }
    let seen = ran.seen.iter().find(|seen| seen.unreadable.is_some())?;
    Some(format!("what {} gives cannot be kept: {}", quoted(seen.step), seen.unreadable.clone()?))
}

/// The suite of the workflow `W`, with the fixture that `make` makes.
#[doc(hidden)]
pub fn suite_of<W, C, S>(make: impl FnOnce() -> Fixture<W, C, S>) -> Suite
where
    W: Workflow + RunsOn<C> + RunsOn<Blueprint>,
    C: Container,
    S: Serialize + 'static,
{
    make().suite()
}

/// Runs suites as the tests of a target with `harness = false`: what [`saga_tests!`](crate::saga_tests) calls.
#[must_use]
pub fn run_suites(suites: Vec<Suite>) -> ExitCode {
    let arguments = Arguments::from_args();
    let may_be_asked_for = |suite: &Suite| match &arguments.filter {
        // One process a test, as nextest has it: the other suites need not be looked at.
        Some(name) if arguments.exact => name.strip_prefix(suite.name).is_some_and(|rest| rest.starts_with("::")),
        _ => true,
    };
    let suites: Vec<Suite> = suites.into_iter().filter(may_be_asked_for).collect();
    std::thread::scope(|scope| {
        for suite in &suites {
            scope.spawn(|| suite.cases());
        }
    });
    let mut trials = Vec::new();
    for suite in suites {
        for case in suite.cases().to_vec() {
            let name = format!("{}::{}", suite.name, case.name);
            trials.push(Trial::test(name, move || case.run().map_err(Failed::from)));
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}
