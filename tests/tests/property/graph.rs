//! Random workflows: what proptest makes up, and the numbered plan that it becomes.

use proptest::prelude::*;

use crate::steps::{CHILDREN, LONG, TIMED_FROM};

/// What a step's compensation hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Undo {
    None,
    /// The output, in one attempt.
    Output,
    /// A payload of its own.
    Payload,
    Outcome,
}

/// How an attempt fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    Error,
    Permanent,
    Partial,
}

#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) undo: Undo,
    /// Whether it has three attempts instead of one.
    pub(crate) patient: bool,
    pub(crate) fails: u32,
    pub(crate) how: How,
    takes: u64,
    pub(crate) undo_fails: u32,
    undo_takes: u64,
    pub(crate) handled: bool,
}

impl Step {
    /// How long the step takes for these items of the loops around it: no two take equally long.
    pub(crate) fn takes(&self, items: &[usize]) -> u64 {
        stretched(self.takes, items)
    }

    /// How long its compensation takes.
    pub(crate) fn undo_takes(&self, items: &[usize]) -> u64 {
        stretched(self.undo_takes, items)
    }
}

/// Times of items have nothing to do with each other, so that no sum of some is the sum of others.
fn stretched(millis: u64, items: &[usize]) -> u64 {
    if millis.is_multiple_of(LONG) {
        millis
    } else {
        items.iter().fold(millis, |millis, item| scattered(millis, *item as u64 + 1))
    }
}

/// A number of milliseconds that only this pair has.
fn scattered(seed: u64, count: u64) -> u64 {
    let mut x = seed ^ count.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    // Odd: no multiple of what policies wait.
    ((x ^ (x >> 31)) % 500_000_000) | 1
}

#[derive(Debug, Clone)]
pub(crate) enum Node {
    Step(Step),
    /// `undo!` of a step at this loop depth.
    Undo {
        step: Step,
        depth: usize,
        handled: bool,
    },
    Sleep(u64),
    Branch {
        take: usize,
        arms: Vec<Block>,
    },
    Parallel {
        branches: Vec<Block>,
        handled: bool,
    },
    For {
        items: usize,
        body: Block,
        handled: bool,
    },
    ParallelFor {
        items: usize,
        at_most: usize,
        body: Block,
        handled: bool,
    },
    Child {
        slot: usize,
        body: Block,
        handled: bool,
    },
    Nothing,
}

pub(crate) type Block = Vec<Node>;

/// A workflow to run.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) root: Block,
    /// Milliseconds.
    pub(crate) timeout: Option<u64>,
}

/// What proptest makes up.
#[derive(Debug, Clone)]
pub(crate) enum Draft {
    Step { undo: Undo, patient: bool, fails: u32, how: How, undo_fails: u32, handled: bool },
    Undo { pick: usize, handled: bool },
    Sleep,
    Branch { take: usize, arms: Vec<Vec<Draft>> },
    Parallel { branches: Vec<Vec<Draft>>, handled: bool },
    For { items: usize, body: Vec<Draft>, handled: bool },
    ParallelFor { items: usize, at_most: usize, body: Vec<Draft>, handled: bool },
    Child { timed: bool, body: Vec<Draft>, handled: bool },
}

fn step() -> impl Strategy<Value = Draft> {
    let undo = prop_oneof![
        1 => Just(Undo::None),
        2 => Just(Undo::Output),
        3 => Just(Undo::Payload),
        2 => Just(Undo::Outcome),
    ];
    let fails = prop_oneof![12 => Just(0_u32), 1 => 1..4_u32];
    let how = prop_oneof![3 => Just(How::Error), 1 => Just(How::Permanent), 1 => Just(How::Partial)];
    let undo_fails = prop_oneof![12 => Just(0_u32), 1 => 1..3_u32];
    (undo, any::<bool>(), fails, how, undo_fails, prop::bool::weighted(0.3)).prop_map(
        |(undo, patient, fails, how, undo_fails, handled)| Draft::Step {
            undo,
            patient,
            fails,
            how,
            undo_fails,
            handled,
        },
    )
}

fn draft() -> impl Strategy<Value = Draft> {
    let leaf = prop_oneof![
        8 => step(),
        1 => (0..8_usize, any::<bool>()).prop_map(|(pick, handled)| Draft::Undo { pick, handled }),
        1 => Just(Draft::Sleep),
    ];
    leaf.prop_recursive(4, 40, 4, |inner| {
        let block = prop::collection::vec(inner, 0..4);
        let handled = prop::bool::weighted(0.4);
        prop_oneof![
            2 => (0..2_usize, prop::collection::vec(block.clone(), 2..3))
                .prop_map(|(take, arms)| Draft::Branch { take, arms }),
            4 => (prop::collection::vec(block.clone(), 2..4), handled)
                .prop_map(|(branches, handled)| Draft::Parallel { branches, handled }),
            2 => (0..4_usize, block.clone(), handled)
                .prop_map(|(items, body, handled)| Draft::For { items, body, handled }),
            2 => (0..5_usize, 1..4_usize, block.clone(), handled)
                .prop_map(|(items, at_most, body, handled)| Draft::ParallelFor { items, at_most, body, handled }),
            3 => (any::<bool>(), block, handled).prop_map(|(timed, body, handled)| Draft::Child { timed, body, handled }),
        ]
    })
}

/// The timeouts of workflows, in milliseconds. They are few, because a workflow's is a constant of its type.
pub(crate) const TIMEOUTS: [u64; 12] = {
    let mut timeouts = [7, 130, 270, 420, 610, 890, 1230, 1570, 1990, 2430, 2960, 3710];
    let mut at = 0;
    while at < timeouts.len() {
        timeouts[at] *= LONG;
        at += 1;
    }
    timeouts
};

/// Random workflows.
pub(crate) fn plan() -> impl Strategy<Value = Plan> {
    let timeout = prop::option::weighted(0.25, prop::sample::select(&TIMEOUTS[..]));
    (prop::collection::vec(draft(), 1..6), timeout, any::<u64>()).prop_map(|(drafts, timeout, seed)| {
        let mut planner = Planner { seed, ..Planner::default() };
        // Without branches in flight beside each other, steps may also end at once.
        planner.instant = seed % 2 == 0 && !drafts.iter().any(is_parallel);
        Plan { root: planner.block(drafts, 0, &[]), timeout }
    })
}

/// Random workflows without branches beside each other, whose steps take as long as policies wait, or a multiple of it, so
/// that timeouts often fire at the moment at which something else happens.
pub(crate) fn even() -> impl Strategy<Value = Plan> {
    let timeout = prop::option::weighted(0.6, prop::sample::select(&TIMEOUTS[..7]));
    (prop::collection::vec(draft(), 1..6), timeout, any::<u64>()).prop_map(|(drafts, timeout, seed)| {
        let drafts = drafts.into_iter().filter(|draft| !is_parallel(draft)).collect();
        let mut planner = Planner { seed, even: true, ..Planner::default() };
        Plan { root: planner.block(drafts, 0, &[]), timeout }
    })
}

fn is_parallel(draft: &Draft) -> bool {
    match draft {
        Draft::Parallel { .. } | Draft::ParallelFor { .. } => true,
        Draft::Branch { arms, .. } => arms.iter().flatten().any(is_parallel),
        Draft::For { body, .. } | Draft::Child { body, .. } => body.iter().any(is_parallel),
        Draft::Step { .. } | Draft::Undo { .. } | Draft::Sleep => false,
    }
}

#[derive(Default)]
struct Planner {
    seed: u64,
    count: u64,
    /// How many child workflows there are, without and with a timeout.
    untimed: usize,
    timed: usize,
    instant: bool,
    even: bool,
    /// How many parallel loops are around the node.
    beside: usize,
}

/// What steps of an even plan take: nothing, what policies wait, and what leads to the timeouts by few of them.
const EVEN: [u64; 16] = [0, 0, 1, 3, 5, 7, 10, 15, 25, 32, 83, 120, 130, 235, 270, 324];

impl Planner {
    /// A number of milliseconds that nothing else has, or, in an even plan, many.
    fn time(&mut self) -> u64 {
        self.count += 1;
        let time = scattered(self.seed, self.count);
        if self.even { EVEN[time as usize % EVEN.len()] * LONG } else { time }
    }

    fn takes(&mut self) -> u64 {
        let time = self.time();
        if self.instant { 0 } else { time }
    }

    /// Numbers a block. `visible` are the steps that an `undo!` in it may name, with their loop depth.
    fn block(&mut self, drafts: Vec<Draft>, depth: usize, visible: &[(Step, usize)]) -> Block {
        let mut visible = visible.to_vec();
        drafts.into_iter().map(|draft| self.node(draft, depth, &mut visible)).collect()
    }

    fn node(&mut self, draft: Draft, depth: usize, visible: &mut Vec<(Step, usize)>) -> Node {
        match draft {
            Draft::Step { undo, patient, fails, how, undo_fails, handled } => {
                let name = String::leak(format!("s{}", self.count));
                let (takes, undo_takes) = (self.takes(), self.takes());
                let step = Step { name, undo, patient, fails, how, takes, undo_fails, undo_takes, handled };
                if undo != Undo::None {
                    visible.push((step.clone(), depth));
                }
                Node::Step(step)
            }
            Draft::Undo { pick, handled } => match visible.len() {
                0 => Node::Nothing,
                count => {
                    let (step, depth) = visible[pick % count].clone();
                    Node::Undo { step, depth, handled }
                }
            },
            // Items that sleep equally long would wake in an order that the model does not know.
            Draft::Sleep | Draft::Child { timed: true, .. } if self.beside > 0 => Node::Nothing,
            Draft::Sleep => Node::Sleep(self.time()),
            Draft::Branch { take, arms } => {
                Node::Branch { take, arms: arms.into_iter().map(|arm| self.block(arm, depth, visible)).collect() }
            }
            Draft::Parallel { branches, handled } => Node::Parallel {
                branches: branches.into_iter().map(|branch| self.block(branch, depth, &[])).collect(),
                handled,
            },
            Draft::For { items, body, handled } => {
                Node::For { items, body: self.block(body, depth + 1, visible), handled }
            }
            Draft::ParallelFor { items, at_most, body, handled } => {
                self.beside += 1;
                let body = self.block(body, depth + 1, &[]);
                self.beside -= 1;
                Node::ParallelFor { items, at_most, body, handled }
            }
            Draft::Child { timed, body, handled } => {
                let (count, first, end) =
                    if timed { (&mut self.timed, TIMED_FROM, CHILDREN) } else { (&mut self.untimed, 0, TIMED_FROM) };
                let slot = first + *count;
                if slot == end {
                    return Node::Nothing;
                }
                *count += 1;
                Node::Child { slot, body: self.block(body, depth, &[]), handled }
            }
        }
    }
}
