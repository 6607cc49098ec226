//! The undo log: what has to be undone, in the order in which it was done.

use std::sync::Arc;

use crate::data::Recorded;
use crate::event::Event;
use crate::graph::{NodeId, StepNode};
use crate::step::Ending;

use super::op::NodePath;

/// One thing that a rollback has to look at.
pub(crate) enum Entry<C: 'static> {
    /// A step that can be undone.
    Step(Done<C>),
    /// Branches that ran beside each other, and are undone beside each other, at most `limit` at a time.
    Group { logs: Vec<Vec<Entry<C>>>, limit: usize },
    /// Events of something that needs no undo: dropped by a rollback, released by a completion.
    Events(Vec<Event>),
}

pub(crate) struct Done<C: 'static> {
    pub(crate) node: &'static StepNode<C>,
    pub(crate) prefix: Option<Arc<str>>,
    pub(crate) ending: Ending,
    pub(crate) payload: Option<Recorded>,
    pub(crate) events: Vec<Event>,
}

impl<C: 'static> Done<C> {
    pub(crate) fn path(&self) -> NodePath {
        NodePath { prefix: self.prefix.clone(), local: &self.node.path }
    }
}

/// Takes the latest entry of the node `id` out of a log.
pub(crate) fn remove<C: 'static>(log: &mut Vec<Entry<C>>, id: NodeId) -> Option<Done<C>> {
    for at in (0..log.len()).rev() {
        match log.get_mut(at) {
            Some(Entry::Step(done)) if done.node.id == id => match log.remove(at) {
                Entry::Step(done) => return Some(done),
                _ => return None,
            },
            Some(Entry::Group { logs, .. }) => {
                if let Some(done) = logs.iter_mut().rev().find_map(|log| remove(log, id)) {
                    return Some(done);
                }
            }
            _ => {}
        }
    }
    None
}

/// The events in a log, in the order of the log.
pub(crate) fn events<C: 'static>(log: Vec<Entry<C>>, into: &mut Vec<Event>) {
    for entry in log {
        match entry {
            Entry::Step(done) => into.extend(done.events),
            Entry::Group { logs, .. } => logs.into_iter().for_each(|log| events(log, into)),
            Entry::Events(found) => into.extend(found),
        }
    }
}
