//! From a plan to a graph, by the public builder.

use std::cell::RefCell;
use std::time::Duration;

use workflow_runtime::__rt::{
    Arm, Branches, Callable, Calling, Compensates, Given, GraphBuilder, Handle, Items, Out, Programs, Runnable, RunsOn,
    Step as StepTrait, StepError, Workflow, WorkflowInfo,
};

use crate::graph::{Block, Node, Plan, Step, TIMEOUTS, Undo};
use crate::steps::{
    App, CHILDREN, TIMED_FROM, bare, bare_patient, child_timeout, doubtful, doubtful_patient, kept, kept_patient,
    plain, undoable, undoable_patient,
};

type Builder = GraphBuilder<App>;

thread_local! {
    /// The blocks of the children of the plan that runs on this thread.
    static BLOCKS: RefCell<Vec<Block>> = const { RefCell::new(Vec::new()) };
    /// The plan's own.
    static ROOT: RefCell<Block> = const { RefCell::new(Vec::new()) };
}

/// Puts the blocks of a plan where their builders find them.
pub(crate) fn provide(plan: &Plan) {
    let mut blocks = vec![Vec::new(); CHILDREN];
    find_children(&plan.root, &mut blocks);
    BLOCKS.set(blocks);
    ROOT.set(plan.root.clone());
}

fn find_children(block: &Block, blocks: &mut [Block]) {
    for node in block {
        match node {
            Node::Child { slot, body, .. } => {
                blocks[*slot] = body.clone();
                find_children(body, blocks);
            }
            Node::Branch { arms: inner, .. } | Node::Parallel { branches: inner, .. } => {
                inner.iter().for_each(|block| find_children(block, blocks));
            }
            Node::For { body, .. } | Node::ParallelFor { body, .. } => find_children(body, blocks),
            Node::Step(_) | Node::Undo { .. } | Node::Sleep(_) | Node::Nothing => {}
        }
    }
}

/// The child workflow number `N` of a plan.
struct Child<const N: usize>;

impl<const N: usize> Callable for Child<N> {
    type Input = ();
    type Output = String;
}

impl<const N: usize> Workflow for Child<N> {
    const INFO: WorkflowInfo = match N >= TIMED_FROM {
        true => WorkflowInfo::new("child").timeout(child_timeout(N)),
        false => WorkflowInfo::new("child"),
    };

    fn programs() -> &'static Programs {
        // Fresh every time: each plan has other children.
        Box::leak(Box::new(Programs::new()))
    }
}

impl<const N: usize> RunsOn<App> for Child<N> {
    fn runnable() -> Runnable<App> {
        Runnable::workflow::<Self>(|b, _, out| {
            let body = BLOCKS.with_borrow(|blocks| blocks[N].clone());
            block(b, &body, out)
        })
    }
}

/// A plan as a workflow that an engine can be told of. `T` counts its timeout among all of them from 1; 0 is none.
pub(crate) struct Root<const T: usize>;

impl<const T: usize> Callable for Root<T> {
    type Input = ();
    type Output = String;
}

impl<const T: usize> Workflow for Root<T> {
    const INFO: WorkflowInfo = match T {
        0 => WorkflowInfo::new("built"),
        number => WorkflowInfo::new("built").timeout(TIMEOUTS[number - 1]),
    };

    fn programs() -> &'static Programs {
        // Fresh every time, as above.
        Box::leak(Box::new(Programs::new()))
    }
}

impl<const T: usize> RunsOn<App> for Root<T> {
    fn runnable() -> Runnable<App> {
        Runnable::workflow::<Self>(|b, _, out| block(b, &ROOT.with_borrow(Clone::clone), out))
    }
}

/// Builds a block, which gives the values of its nodes in brackets.
pub(crate) fn block(b: &mut Builder, nodes: &Block, out: Out<String>) -> Given {
    let values: Vec<_> = nodes.iter().map(|each| node(b, each)).collect();
    b.give(out, &[], move |env| {
        let values: Vec<&str> = values.iter().map(|value| env.get(*value).as_str()).collect();
        format!("({})", values.join(" "))
    })
}

fn node(b: &mut Builder, node: &Node) -> Handle<String> {
    match node {
        Node::Step(step) => call(b, step),
        Node::Undo { step, handled, .. } => undo(b, step, *handled),
        Node::Sleep(millis) => {
            b.sleep(Duration::from_millis(*millis));
            b.pure("", &[], |_| "slept".to_owned())
        }
        Node::Branch { take, arms } => {
            let (first, second, take) = (Arm::new(0), Arm::new(1), *take);
            b.branch(
                "if",
                &[],
                move |_| if take == 0 { first.take(()) } else { second.take(()) },
                |into, out| {
                    into.arm(first, "then", |b, _| block(b, &arms[0], out));
                    into.arm(second, "else", |b, _| block(b, &arms[1], out));
                },
            )
        }
        Node::Parallel { branches, handled } => parallel(b, branches, *handled),
        Node::For { items, body, handled } => {
            let items = *items;
            value(
                b,
                *handled,
                |values: &Vec<String>| values.join(","),
                |b| {
                    b.for_each(
                        &[],
                        move |_| Items::of(0..items),
                        |b, _: Handle<usize>, out: Out<String>| block(b, body, out),
                    )
                },
            )
        }
        Node::ParallelFor { items, at_most, body, handled } => {
            let items = *items;
            value(
                b,
                *handled,
                |values: &Vec<String>| values.join(","),
                |b| {
                    b.parallel_for(
                        Some(*at_most),
                        &[],
                        move |_| Items::of(0..items),
                        |b, _: Handle<usize>, out: Out<String>| block(b, body, out),
                    )
                },
            )
        }
        Node::Child { slot, handled, .. } => child(b, *slot, *handled),
        Node::Nothing => b.pure("", &[], |_| "nothing".to_owned()),
    }
}

fn call(b: &mut Builder, step: &Step) -> Handle<String> {
    match (step.undo, step.patient) {
        (Undo::None, false) => call_of::<bare>(b, step),
        (Undo::None, true) => call_of::<bare_patient>(b, step),
        (Undo::Output, false) => call_of::<kept>(b, step),
        (Undo::Output, true) => call_of::<kept_patient>(b, step),
        (Undo::Payload, false) => call_of::<undoable>(b, step),
        (Undo::Payload, true) => call_of::<undoable_patient>(b, step),
        (Undo::Outcome, false) => call_of::<doubtful>(b, step),
        (Undo::Outcome, true) => call_of::<doubtful_patient>(b, step),
    }
}

fn call_of<S: Callable<Input = (), Output = String> + RunsOn<App>>(b: &mut Builder, step: &Step) -> Handle<String> {
    value(b, step.handled, Clone::clone, |b| b.call::<S>(step.name, &[], |_| ()))
}

fn undo(b: &mut Builder, step: &Step, handled: bool) -> Handle<String> {
    match (step.undo, step.patient) {
        (Undo::Output, false) => undo_of::<kept>(b, step, handled),
        (Undo::Output, true) => undo_of::<kept_patient>(b, step, handled),
        (Undo::Outcome, false) => undo_of::<doubtful>(b, step, handled),
        (Undo::Outcome, true) => undo_of::<doubtful_patient>(b, step, handled),
        (_, false) => undo_of::<undoable>(b, step, handled),
        (_, true) => undo_of::<undoable_patient>(b, step, handled),
    }
}

fn undo_of<S: StepTrait<Compensation: Compensates> + RunsOn<App>>(
    b: &mut Builder,
    step: &Step,
    handled: bool,
) -> Handle<String> {
    value(b, handled, |()| "taken back".to_owned(), |b| b.undo::<S>(step.name))
}

fn child(b: &mut Builder, slot: usize, handled: bool) -> Handle<String> {
    let names = ["c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7"];
    macro_rules! call {
        ($($n:literal)*) => {
            match slot {
                $($n => value(b, handled, Clone::clone, |b| b.call::<Child<$n>>(names[$n], &[], |_| ())),)*
                _ => unreachable!("there are {CHILDREN} children"),
            }
        };
    }
    call!(0 1 2 3 4 5 6 7)
}

fn parallel(b: &mut Builder, branches: &[Block], handled: bool) -> Handle<String> {
    let branch = |p: &mut Branches<'_, App>, nodes: &Block| p.branch(|b, out: Out<String>| block(b, nodes, out));
    match branches {
        [first, second] => {
            let group = b.parallel(|p| (branch(p, first), branch(p, second)));
            if handled {
                let both = group.handled();
                b.pure("", &[], move |env| told(env.get(both), |(a, b)| format!("{a}|{b}")))
            } else {
                let both = group.joined();
                b.pure("", &[], move |env| format!("{}|{}", env.get(both).0, env.get(both).1))
            }
        }
        [first, second, third] => {
            let group = b.parallel(|p| (branch(p, first), branch(p, second), branch(p, third)));
            if handled {
                let all = group.handled();
                b.pure("", &[], move |env| told(env.get(all), |(a, b, c)| format!("{a}|{b}|{c}")))
            } else {
                let (x, y, z) = group.required();
                b.pure("", &[], move |env| format!("{}|{}|{}", env.get(x), env.get(y), env.get(z)))
            }
        }
        _ => unreachable!("two or three branches"),
    }
}

/// The text of a node's value, or of its error where it is handled.
fn value<T: workflow_runtime::Data>(
    b: &mut Builder,
    handled: bool,
    show: impl Fn(&T) -> String + Send + Sync + 'static,
    node: impl for<'b> FnOnce(&'b mut Builder) -> Calling<'b, App, T>,
) -> Handle<String> {
    if handled {
        let result = node(b).handled();
        b.pure("", &[], move |env| told(env.get(result), &show))
    } else {
        let result = node(b).required();
        b.pure("", &[], move |env| show(env.get(result)))
    }
}

fn told<T>(result: &Result<T, StepError>, show: impl FnOnce(&T) -> String) -> String {
    match result {
        Ok(value) => show(value),
        Err(error) => format!("!{}", plain(error.message())),
    }
}
