//! The undo log: what has to be undone, in the order in which it was done.

use std::sync::Arc;

use smallvec::SmallVec;

use crate::data::Recorded;
use crate::event::Event;
use crate::graph::{NodeId, StepNode};
use crate::step::Ending;

use super::op::NodePath;

/// What there is to undo, oldest first. That of a branch with one step needs no room of its own.
pub(crate) type Log<C> = SmallVec<[Entry<C>; 1]>;

/// One thing that a rollback has to look at. There is one for each step that was done, so it is small.
pub(crate) enum Entry<C: 'static> {
    /// A step of the workflow's own scope that emitted nothing: it is undone with its output, which stays in that scope
    /// until the execution ends.
    Kept(&'static StepNode<C>),
    /// Any other step that can be undone.
    Step(Box<Done<C>>),
    /// Branches that ran beside each other.
    Group(Box<Beside<C>>),
    /// The place of a step that an `undo!` is undoing right now.
    Undoing(u64),
    /// The place of a step that an `undo!` has undone.
    Undone,
    /// An event of something that needs no undo: dropped by a rollback, released by a completion.
    Event(Box<Event>),
    /// A compensation that gave up before.
    Again(Box<Again<C>>),
}

/// The logs of branches, which are undone beside each other, at most `limit` at a time.
pub(crate) struct Beside<C: 'static> {
    pub(crate) logs: Vec<Log<C>>,
    pub(crate) limit: usize,
}

/// A compensation in flight, with its input where that is recorded.
pub(crate) struct Again<C: 'static> {
    pub(crate) node: &'static StepNode<C>,
    pub(crate) prefix: Option<Arc<str>>,
    pub(crate) input: Option<Recorded>,
}

impl<C: 'static> Again<C> {
    pub(crate) fn path(&self) -> NodePath {
        NodePath { prefix: self.prefix.clone(), local: &self.node.path }
    }
}

pub(crate) struct Done<C: 'static> {
    pub(crate) node: &'static StepNode<C>,
    pub(crate) prefix: Option<Arc<str>>,
    pub(crate) ending: Ending,
    pub(crate) payload: Option<Recorded>,
    pub(crate) events: Vec<Event>,
}

impl<C: 'static> Done<C> {
    /// The success of a step that emitted nothing.
    pub(crate) fn plain(node: &'static StepNode<C>, prefix: Option<Arc<str>>, payload: Option<Recorded>) -> Self {
        Self { node, prefix, ending: Ending::Done, payload, events: Vec::new() }
    }

    pub(crate) fn path(&self) -> NodePath {
        NodePath { prefix: self.prefix.clone(), local: &self.node.path }
    }
}

impl<C: 'static> Entry<C> {
    pub(crate) fn has_something_to_undo(&self) -> bool {
        match self {
            Self::Kept(_) | Self::Step(_) | Self::Undoing(_) | Self::Again(_) => true,
            Self::Group(group) => group.logs.iter().flatten().any(Self::has_something_to_undo),
            Self::Event(_) | Self::Undone => false,
        }
    }
}

/// The latest entry in a log that `is` accepts.
fn find<'l, C: 'static>(log: &'l mut [Entry<C>], is: &impl Fn(&Entry<C>) -> bool) -> Option<&'l mut Entry<C>> {
    log.iter_mut().rev().find_map(|entry| match entry {
        Entry::Group(group) => group.logs.iter_mut().rev().find_map(|log| find(log, is)),
        entry if is(entry) => Some(entry),
        _ => None,
    })
}

/// Takes what the node `id` did in the scope with this prefix out of a log, and leaves its place under a number. What is
/// kept in the workflow's scope comes without its payload.
pub(crate) fn take_out<C: 'static>(
    log: &mut [Entry<C>],
    id: NodeId,
    prefix: Option<&Arc<str>>,
    place: u64,
) -> Option<Done<C>> {
    let is = |entry: &Entry<C>| match entry {
        Entry::Kept(node) => node.id == id && prefix.is_none(),
        Entry::Step(done) => done.node.id == id && done.prefix.as_ref() == prefix,
        _ => false,
    };
    match std::mem::replace(find(log, &is)?, Entry::Undoing(place)) {
        Entry::Kept(node) => Some(Done::plain(node, None, None)),
        Entry::Step(done) => Some(*done),
        _ => None,
    }
}

/// Puts what could not be undone back into its place. `false` when the place is not in this log.
pub(crate) fn put_back<C: 'static>(log: &mut [Entry<C>], place: u64, done: &mut Option<Done<C>>) -> bool {
    match find(log, &|entry| matches!(entry, Entry::Undoing(of) if *of == place)) {
        Some(entry) => {
            *entry = done.take().map_or(Entry::Undone, |done| Entry::Step(Box::new(done)));
            true
        }
        None => false,
    }
}

/// The events in a log, in the order of the log.
pub(crate) fn events<C: 'static>(log: Log<C>, into: &mut Vec<Event>) {
    if log.iter().all(|entry| matches!(entry, Entry::Kept(_))) {
        return;
    }
    for entry in log {
        match entry {
            Entry::Step(done) => into.extend(done.events),
            Entry::Group(group) => group.logs.into_iter().for_each(|log| events(log, into)),
            Entry::Event(event) => into.push(*event),
            Entry::Kept(_) | Entry::Undoing(_) | Entry::Undone | Entry::Again(_) => {}
        }
    }
}

/// A copy of the events in a log that is still needed.
pub(crate) fn peek_events<C: 'static>(log: &[Entry<C>], into: &mut Vec<Event>) {
    for entry in log {
        match entry {
            Entry::Step(done) => into.extend_from_slice(&done.events),
            Entry::Group(group) => group.logs.iter().for_each(|log| peek_events(log, into)),
            Entry::Event(event) => into.push((**event).clone()),
            Entry::Kept(_) | Entry::Undoing(_) | Entry::Undone | Entry::Again(_) => {}
        }
    }
}
