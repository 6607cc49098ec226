//! The reference interpreter: plain recursion over the plan, with time as a number.
//!
//! A group is told twice: once as if nobody stopped it, which finds the moment of its first failure, and then with that
//! moment as the end of everything that has not begun.

use workflow_runtime::Backoff;

use crate::graph::{Block, How, Node, Plan, Step, Undo};
use crate::steps::{LONG, TIMED_FROM, child_timeout};
use crate::{Failed, Seen};

type Time = u64;
const NEVER: Time = Time::MAX;

/// When something failed; for what was cut short, also when it had begun, which tells two of one moment apart; then its
/// numbers in the order of the graph, and the text of the error.
type Failure = (Time, Time, Vec<usize>, String);

fn failure(at: Time, begun: Time, text: &str) -> Failure {
    let numbers = text.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok()).collect();
    (at, begun, numbers, text.to_owned())
}

/// What a rollback has to undo.
#[derive(Debug, Clone)]
enum Entry {
    Step { label: String, step: Step, items: Vec<usize>, heard: String },
    Group { logs: Vec<Vec<Entry>>, limit: usize },
}

impl Entry {
    fn has_something_to_undo(&self) -> bool {
        match self {
            Self::Step { .. } => true,
            Self::Group { logs, .. } => logs.iter().flatten().any(Self::has_something_to_undo),
        }
    }
}

/// Why a block did not give its value.
#[derive(Debug, Clone)]
enum Stopped {
    /// Nodes failed, the first of them at `since`.
    Failed { failures: Vec<Failure>, since: Time },
    /// An undo on the way gave up: no handler may take this. That is so from `fatal` on; where nobody would have handled
    /// what came before it, it was clear `since` then that it would end what is around it.
    Fatal { failures: Vec<Failure>, since: Time, fatal: Time },
    /// Something around it stopped it. Where a child's own timeout was on its way to do so, since then.
    Halted { since: Option<Time> },
}

impl Stopped {
    fn since(&self) -> Option<Time> {
        match self {
            Self::Failed { since, .. } | Self::Fatal { since, .. } => Some(*since),
            Self::Halted { since } => *since,
        }
    }

    fn failures(self) -> Vec<Failure> {
        match self {
            Self::Failed { failures, .. } | Self::Fatal { failures, .. } => failures,
            Self::Halted { .. } => Vec::new(),
        }
    }
}

type Outcome = Result<String, Stopped>;

/// Where a block runs.
#[derive(Debug, Clone, Copy)]
struct Around<'a> {
    /// From when on nothing may begin.
    stop: Time,
    /// When a child workflow around it, in the same line of execution, times out.
    deadline: Time,
    /// The items that it is for.
    items: &'a [usize],
}

#[derive(Debug, Clone, Default)]
struct Model {
    root_stop: Time,
    trace: Vec<(Time, String)>,
    undone: Vec<(Time, String)>,
    not_undone: Vec<String>,
}

/// The moments at which something happens in a plan, each once.
pub(crate) fn moments(plan: &Plan) -> Vec<Time> {
    let (mut model, _) = played(plan);
    model.trace.sort_by_key(|(time, _)| *time);
    model.trace.dedup_by_key(|(time, _)| *time);
    model.trace.into_iter().map(|(time, _)| time).collect()
}

/// What happens in a plan.
pub(crate) fn run(plan: &Plan) -> Seen {
    let (mut model, result) = played(plan);
    // Sorted by time alone: what happens at one moment was told in the order of the graph.
    model.trace.sort_by_key(|(time, _)| *time);
    Seen { trace: model.trace.into_iter().map(|(_, line)| line).collect(), result }
}

fn played(plan: &Plan) -> (Model, Result<String, Failed>) {
    let root_stop = plan.timeout.unwrap_or(NEVER);
    let mut model = Model { root_stop, ..Model::default() };
    let mut log = Vec::new();
    let around = Around { stop: root_stop, deadline: NEVER, items: &[] };
    let (end, outcome) = model.block(&plan.root, 0, around, &mut log);
    let result = outcome.map_err(|stopped| {
        model.roll_back(log, end);
        let mut failures = stopped.failures();
        failures.sort();
        let first = failures.first().map(|(.., text)| text.clone());
        let mut failures: Vec<String> = failures.into_iter().map(|(.., text)| text).collect();
        failures.sort();
        model.undone.sort_by_key(|(time, _)| *time);
        model.not_undone.sort();
        Failed {
            failures,
            first,
            timed_out: root_stop <= end,
            undone: model.undone.iter().map(|(_, label)| label.clone()).collect(),
            not_undone: model.not_undone.clone(),
        }
    });
    (model, result)
}

fn label(name: &str, items: &[usize]) -> String {
    items.iter().fold(name.to_owned(), |label, item| format!("{label}[{item}]"))
}

fn wait(min: u64, max: u64, attempt: u32) -> Time {
    let (min, max) = (std::time::Duration::from_millis(min * LONG), std::time::Duration::from_millis(max * LONG));
    Backoff { min, max, jitter: false }.delay(attempt).as_millis() as Time
}

impl Model {
    fn note(&mut self, at: Time, line: String) {
        self.trace.push((at, line));
    }

    fn block(&mut self, nodes: &Block, begin: Time, around: Around<'_>, log: &mut Vec<Entry>) -> (Time, Outcome) {
        let mut at = begin;
        let mut values = Vec::new();
        for node in nodes {
            if at >= around.stop {
                return (at, Err(Stopped::Halted { since: None }));
            }
            let (end, outcome) = self.node(node, at, around, log);
            at = end;
            match outcome {
                Ok(value) => values.push(value),
                Err(stopped) => return (at, Err(stopped)),
            }
        }
        if at >= around.stop {
            return (at, Err(Stopped::Halted { since: None }));
        }
        (at, Ok(format!("({})", values.join(" "))))
    }

    fn node(&mut self, node: &Node, at: Time, around: Around<'_>, log: &mut Vec<Entry>) -> (Time, Outcome) {
        match node {
            Node::Step(step) => self.step(step, at, around, log),
            Node::Undo { step, depth, handled } => {
                let label = label(step.name, &around.items[..*depth]);
                self.undo_now(&label, at, *handled, log)
            }
            Node::Sleep(millis) => ((at + millis).min(around.stop.max(at)), Ok("slept".to_owned())),
            Node::Branch { take, arms } => self.block(&arms[*take], at, around, log),
            Node::Parallel { branches, handled } => {
                let bodies: Vec<_> = branches.iter().map(|body| (body, around.items.to_vec())).collect();
                self.group(&bodies, usize::MAX, "|", *handled, at, around, log)
            }
            Node::ParallelFor { items, at_most, body, handled } => {
                let item = |item| (body, [around.items, &[item]].concat());
                let bodies: Vec<_> = (0..*items).map(item).collect();
                self.group(&bodies, *at_most, ",", *handled, at, around, log)
            }
            Node::For { items, body, handled } => {
                let mark = log.len();
                let (mut at, mut values) = (at, Vec::new());
                for item in 0..*items {
                    let items = [around.items, &[item]].concat();
                    let (end, outcome) = self.block(body, at, Around { items: &items, ..around }, log);
                    at = end;
                    match outcome {
                        Ok(value) => values.push(value),
                        Err(stopped) => return self.stopped(stopped, *handled, mark, at, around, log),
                    }
                }
                (at, Ok(values.join(",")))
            }
            Node::Child { slot, body, handled } => self.child(*slot, body, *handled, at, around, log),
            Node::Nothing => (at, Ok("nothing".to_owned())),
        }
    }

    fn step(&mut self, step: &Step, begin: Time, around: Around<'_>, log: &mut Vec<Entry>) -> (Time, Outcome) {
        let label = label(step.name, around.items);
        let attempts = if step.patient { 3 } else { 1 };
        let (mut at, mut attempt, mut cut) = (begin, 1, 0);
        loop {
            self.note(at, format!("begin {label} {attempt}"));
            at += step.takes(around.items);
            if attempt > step.fails {
                self.note(at, format!("done {label}"));
                if step.undo != Undo::None {
                    let heard = if step.undo == Undo::Output { label.clone() } else { format!("all of {label}") };
                    log.push(Entry::Step {
                        label: label.clone(),
                        step: step.clone(),
                        items: around.items.to_vec(),
                        heard,
                    });
                }
                return (at, Ok(label));
            }
            if attempt == attempts || step.how == How::Permanent || at >= around.stop {
                break;
            }
            let next = at + wait(10, 15, attempt);
            if next >= around.stop {
                (at, cut) = (around.stop, begin + 1);
                break;
            }
            at = next;
            attempt += 1;
        }
        match (step.undo, step.how) {
            (Undo::Output | Undo::Payload | Undo::Outcome, How::Partial) => {
                let heard = format!("half of {label}");
                log.push(Entry::Step { label: label.clone(), step: step.clone(), items: around.items.to_vec(), heard });
            }
            (Undo::Outcome, _) => {
                let heard = "unknown".to_owned();
                log.push(Entry::Step { label: label.clone(), step: step.clone(), items: around.items.to_vec(), heard });
            }
            _ => {}
        }
        if at == self.root_stop {
            // It ends with all that the timeout cuts short.
            cut = begin + 1;
        }
        let error = format!("boom {label}");
        if step.handled {
            return (at, Ok(format!("!{error}")));
        }
        (at, Err(Stopped::Failed { failures: vec![failure(at, cut, &error)], since: at }))
    }

    /// `undo!`: runs the compensation of a step now, unless the step is undone or did nothing.
    fn undo_now(&mut self, label: &str, at: Time, handled: bool, log: &mut [Entry]) -> (Time, Outcome) {
        let found = log.iter().rposition(|entry| matches!(entry, Entry::Step { label: of, .. } if of == label));
        let done = Ok("taken back".to_owned());
        let Some(place) = found else { return (at, done) };
        let Entry::Step { step, items, heard, .. } = log[place].clone() else { unreachable!("it is a step") };
        let (end, undone) = self.undo(label, &step, &items, &heard, at);
        if undone {
            // Its place stays, so that regions begin where they began.
            log[place] = Entry::Group { logs: Vec::new(), limit: 1 };
            return (end, done);
        }
        let error = format!("stuck {label}");
        if handled {
            return (end, Ok(format!("!{error}")));
        }
        (end, Err(Stopped::Failed { failures: vec![failure(end, 0, &error)], since: end }))
    }

    /// A compensation under its policy.
    fn undo(&mut self, label: &str, step: &Step, items: &[usize], heard: &str, begin: Time) -> (Time, bool) {
        let (mut at, mut attempt) = (begin, 1);
        loop {
            self.note(at, format!("undo {label} {attempt} {heard}"));
            at += step.undo_takes(items);
            if attempt > step.undo_fails {
                self.note(at, format!("undone {label}"));
                self.undone.push((at, label.to_owned()));
                return (at, true);
            }
            if attempt == 2 || step.undo == Undo::Output {
                return (at, false);
            }
            at += wait(7, 7, attempt);
            attempt += 1;
        }
    }

    /// Undoes a log, newest first. Whether all of it could be undone.
    fn roll_back(&mut self, log: Vec<Entry>, begin: Time) -> (Time, bool) {
        let (mut at, mut clean) = (begin, true);
        for entry in log.into_iter().rev() {
            match entry {
                Entry::Step { label, step, items, heard } => {
                    let (end, undone) = self.undo(&label, &step, &items, &heard, at);
                    at = end;
                    if !undone {
                        clean = false;
                        self.not_undone.push(label);
                    }
                }
                Entry::Group { logs, limit } => {
                    let mut lanes = Lanes::new(at, limit, logs.len());
                    for log in logs.into_iter().rev() {
                        let (end, undone) = self.roll_back(log, lanes.next());
                        clean &= undone;
                        lanes.until(end);
                    }
                    at = lanes.end();
                }
            }
        }
        (at, clean)
    }

    fn child(
        &mut self,
        slot: usize,
        body: &Block,
        handled: bool,
        at: Time,
        around: Around<'_>,
        log: &mut Vec<Entry>,
    ) -> (Time, Outcome) {
        let timeout = if slot >= TIMED_FROM { at + child_timeout(slot) } else { NEVER };
        let inside =
            Around { stop: around.stop.min(timeout), deadline: around.deadline.min(timeout), items: around.items };
        let mark = log.len();
        let (end, outcome) = self.block(body, at, inside, log);
        let late = failure(end, NEVER, "timeout");
        // The stop of the whole run, or the timeout of a child around this one, says more than the timeout of this one.
        let overruled = self.root_stop <= end || around.deadline <= end;
        let stopped = match outcome {
            Ok(value) => return (end, Ok(value)),
            Err(Stopped::Halted { since }) if timeout <= end && overruled => {
                Stopped::Halted { since: Some(since.unwrap_or(NEVER).min(timeout)) }
            }
            Err(Stopped::Halted { since }) if timeout <= end => {
                Stopped::Failed { failures: vec![late], since: since.unwrap_or(NEVER).min(timeout) }
            }
            Err(Stopped::Failed { mut failures, since }) if timeout <= end => {
                failures.push(late);
                Stopped::Failed { failures, since: since.min(timeout) }
            }
            Err(Stopped::Fatal { failures, since, fatal }) if timeout <= end => {
                Stopped::Fatal { failures, since: since.min(timeout), fatal }
            }
            Err(stopped) => stopped,
        };
        self.stopped(stopped, handled, mark, end, around, log)
    }

    /// A child workflow or a loop stopped: is it handled?
    fn stopped(
        &mut self,
        stopped: Stopped,
        handled: bool,
        mark: usize,
        end: Time,
        around: Around<'_>,
        log: &mut Vec<Entry>,
    ) -> (Time, Outcome) {
        match stopped {
            Stopped::Failed { failures, .. } if handled && end < around.stop => {
                let region = log.split_off(mark);
                self.caught(region, failures, end)
            }
            // A failure that a handler would have taken stops nobody before it is clear that none will.
            Stopped::Failed { failures, .. } if handled => (end, Err(Stopped::Failed { failures, since: end })),
            Stopped::Fatal { failures, fatal, .. } if handled => {
                (end, Err(Stopped::Fatal { failures, since: fatal, fatal }))
            }
            Stopped::Halted { .. } if handled => (end, Err(Stopped::Halted { since: None })),
            stopped => (end, Err(stopped)),
        }
    }

    /// A handled region failed: it is undone, alone, and its error becomes a value.
    fn caught(&mut self, region: Vec<Entry>, mut failures: Vec<Failure>, at: Time) -> (Time, Outcome) {
        let (end, clean) = self.roll_back(region, at);
        failures.sort();
        if clean {
            (end, Ok(format!("!{}", failures[0].3)))
        } else {
            (end, Err(Stopped::Fatal { failures, since: end, fatal: end }))
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the model keeps no state of its own")]
    fn group(
        &mut self,
        bodies: &[(&Block, Vec<usize>)],
        limit: usize,
        between: &str,
        handled: bool,
        at: Time,
        around: Around<'_>,
        log: &mut Vec<Entry>,
    ) -> (Time, Outcome) {
        let undisturbed = self.clone().branches(bodies, limit, at, around.stop).1;
        let since = undisturbed.iter().filter_map(|(_, outcome)| outcome.as_ref().err()?.since()).min();
        let stop = around.stop.min(since.unwrap_or(NEVER));
        let (end, branches) = self.branches(bodies, limit, at, stop);
        let (mut logs, mut values, mut failures) = (Vec::new(), Vec::new(), Vec::new());
        let (mut halted, mut fatal) = (branches.len() < bodies.len(), None::<Time>);
        for (log, outcome) in branches {
            logs.push(log);
            match outcome {
                Ok(value) => values.push(value),
                Err(stopped) => {
                    halted = true;
                    if let Stopped::Fatal { fatal: at, .. } = stopped {
                        fatal = Some(fatal.map_or(at, |first| first.min(at)));
                    }
                    failures.extend(stopped.failures());
                }
            }
        }
        logs.retain(|log| log.iter().any(Entry::has_something_to_undo));
        let region = if logs.is_empty() { Vec::new() } else { vec![Entry::Group { logs, limit }] };
        match since {
            Some(since) if !failures.is_empty() => {
                if handled && fatal.is_none() && end < around.stop {
                    return self.caught(region, failures, end);
                }
                log.extend(region);
                let since = if handled { fatal.unwrap_or(end) } else { since };
                (
                    end,
                    Err(match fatal {
                        Some(fatal) => Stopped::Fatal { failures, since, fatal },
                        None => Stopped::Failed { failures, since },
                    }),
                )
            }
            _ => {
                log.extend(region);
                let since = since.filter(|_| !handled);
                (end, if halted { Err(Stopped::Halted { since }) } else { Ok(values.join(between)) })
            }
        }
    }

    /// The branches of a group that begin before `stop`, at most `limit` at a time.
    fn branches(
        &mut self,
        bodies: &[(&Block, Vec<usize>)],
        limit: usize,
        at: Time,
        stop: Time,
    ) -> (Time, Vec<(Vec<Entry>, Outcome)>) {
        let mut lanes = Lanes::new(at, limit, bodies.len());
        let mut branches = Vec::new();
        for (body, items) in bodies {
            let begin = lanes.next();
            if begin >= stop {
                break;
            }
            let mut log = Vec::new();
            let (end, outcome) = self.block(body, begin, Around { stop, deadline: NEVER, items }, &mut log);
            lanes.until(end);
            branches.push((log, outcome));
        }
        (lanes.end(), branches)
    }
}

/// Places for so many things at a time.
struct Lanes(Vec<Time>);

impl Lanes {
    fn new(at: Time, limit: usize, count: usize) -> Self {
        Self(vec![at; limit.min(count).max(1)])
    }

    /// When the next place is free.
    fn next(&mut self) -> Time {
        self.0.sort_unstable();
        self.0[0]
    }

    fn until(&mut self, end: Time) {
        self.0[0] = end;
    }

    fn end(&self) -> Time {
        self.0.iter().copied().max().unwrap_or_default()
    }
}
