//! Groups: fibers beside each other, and sequential loops.

use crate::data::Recorded;
use crate::graph::{Catch, LoopNode, ParallelNode, ScopeId};

use super::fiber::{Activation, Cause, Fiber, FiberId, GroupId, Kind, Looping, NodeFailure};
use super::log::{Beside, Entry};
use super::machine::Machine;
use super::nodes::Flow;
use super::rollback::{After, Undoing};

/// Up to so many fibers get exactly the room that they need; more grow as vectors do.
const FEW: usize = 32;

/// Fibers that run beside each other on behalf of their owner.
pub(crate) struct Group<C: 'static> {
    pub(crate) owner: FiberId,
    pub(crate) kind: GroupKind<C>,
    /// Whether a branch failed, so that nothing new may start.
    pub(crate) stopping: bool,
    total: usize,
    next: usize,
    live: usize,
    limit: usize,
    scope: ScopeId,
    failures: Vec<NodeFailure>,
    fatal: bool,
    /// The logs of the branches, once one of them has done something.
    logs: Vec<Vec<Entry<C>>>,
    /// What the items of a loop gave.
    outputs: Vec<Option<Recorded>>,
}

pub(crate) enum GroupKind<C: 'static> {
    Parallel(&'static ParallelNode<C>),
    Loop(&'static LoopNode<C>, Vec<Option<Recorded>>),
    Undo(Vec<Vec<Entry<C>>>),
}

impl<C: 'static> GroupKind<C> {
    /// What takes the failure of the group, where the workflow handles it.
    fn catch(&self) -> Option<&'static Catch> {
        match self {
            Self::Parallel(node) => node.catch.as_ref(),
            Self::Loop(node, _) => node.catch.as_ref(),
            Self::Undo(_) => None,
        }
    }
}

impl<C: 'static> Machine<C> {
    pub(super) fn parallel(&mut self, id: FiberId, node: &'static ParallelNode<C>, scope: ScopeId) -> Flow {
        self.open_group(id, scope, node.branches.len(), usize::MAX, GroupKind::Parallel(node))
    }

    pub(super) fn enter_loop(&mut self, id: FiberId, node: &'static LoopNode<C>, scope: ScopeId) -> Flow {
        let items = match self.items(id, node, scope) {
            Ok(items) => items,
            Err(flow) => return flow,
        };
        if let Some(limit) = node.concurrency {
            let items: Vec<_> = items.into_iter().map(Some).collect();
            return self.open_group(id, scope, items.len(), limit, GroupKind::Loop(node, items));
        }
        let gathered = Vec::with_capacity(items.len());
        let mark = self.fibers.get(id).map_or(0, |fiber| fiber.log.len());
        let looping = Looping { node, rest: items.into_iter(), index: 0, gathered, outer: scope, mark };
        self.start_item(id, Box::new(looping))
    }

    /// Starts the next item of a sequential loop, or gives what the items gave.
    fn start_item(&mut self, id: FiberId, mut looping: Box<Looping<C>>) -> Flow {
        let (node, outer) = (looping.node, looping.outer);
        match looping.rest.next() {
            Some(item) => {
                let scope = self.open_item(node, outer, looping.index, item);
                looping.index += 1;
                if let Some(fiber) = self.fibers.get_mut(id) {
                    let kind = Kind::Body(looping);
                    fiber.stack.push(Activation { nodes: &node.body.nodes, at: 0, scope, kind });
                }
                Flow::Next
            }
            None => {
                let values = (node.collect)(looping.gathered);
                self.bind(id, node.slot, values, node.catch.as_ref())
            }
        }
    }

    fn open_item(&mut self, node: &'static LoopNode<C>, outer: ScopeId, index: usize, item: Recorded) -> ScopeId {
        let prefix = format!("{}[{index}]/", self.path(outer, &node.path));
        let scope = self.scopes.open(Some(outer), node.slots, Some(prefix.into()));
        self.scopes.set(scope, node.item, item);
        scope
    }

    /// The body of a sequential loop has ended for one item.
    pub(super) fn next_item(&mut self, id: FiberId, mut looping: Box<Looping<C>>, scope: ScopeId) -> Flow {
        looping.gathered.extend(self.scopes.take(scope, looping.node.given));
        self.scopes.close(scope);
        self.start_item(id, looping)
    }

    /// Undoes logs beside each other, on behalf of a rollback of `owner`: where not all may run at once, the newest
    /// first.
    pub(super) fn undo_group(&mut self, owner: FiberId, mut logs: Vec<Vec<Entry<C>>>, limit: usize) -> Flow {
        logs.retain(|log| log.iter().any(Entry::has_something_to_undo));
        logs.reverse();
        self.open_group(owner, 0, logs.len(), limit, GroupKind::Undo(logs))
    }

    fn open_group(&mut self, owner: FiberId, scope: ScopeId, total: usize, limit: usize, kind: GroupKind<C>) -> Flow {
        if self.groups.len() + self.fibers.len() + total.min(limit) <= FEW {
            // Without this, slabs double: many executions with a group each would hold much that none of them uses.
            self.groups.reserve_exact(1);
            self.fibers.reserve_exact(total.min(limit));
            self.reserve_flights(total.min(limit));
        }
        let gives = if matches!(kind, GroupKind::Loop(..)) { total } else { 0 };
        let group = self.groups.insert(Group {
            owner,
            kind,
            stopping: false,
            total,
            next: 0,
            live: 0,
            limit,
            scope,
            failures: Vec::new(),
            fatal: false,
            logs: Vec::new(),
            outputs: vec![None; gives],
        });
        self.start_branches(group);
        self.join(group)
    }

    /// Starts as many branches as may run, ahead of what is ready: first nodes begin in the order in which they are
    /// written, however groups are nested.
    fn start_branches(&mut self, id: GroupId) {
        let waiting = self.ready.len();
        self.add_branches(id);
        let started = self.ready.len() - waiting;
        self.ready.rotate_right(started);
    }

    fn add_branches(&mut self, id: GroupId) {
        while let Some(group) = self.groups.get_mut(id)
            && !group.stopping
            && group.next < group.total
            && group.live < group.limit
        {
            let (index, owner, outer) = (group.next, group.owner, group.scope);
            let base = match &mut group.kind {
                GroupKind::Parallel(node) => node.branches.get(index).map(|branch| Activation {
                    nodes: &branch.block.nodes,
                    at: 0,
                    scope: outer,
                    kind: Kind::Branch,
                }),
                GroupKind::Loop(node, items) => {
                    let (node, item) = (*node, items.get_mut(index).and_then(Option::take));
                    if self.halt(owner).is_some() {
                        return;
                    }
                    item.map(|item| {
                        let scope = self.open_item(node, outer, index, item);
                        Activation { nodes: &node.body.nodes, at: 0, scope, kind: Kind::Branch }
                    })
                }
                GroupKind::Undo(logs) => {
                    let entries = logs.get_mut(index).map(std::mem::take).unwrap_or_default();
                    let undoing = Undoing { entries, after: After::Branch, gave_up: false };
                    Some(Activation { nodes: &[], at: 0, scope: outer, kind: Kind::Undo(Box::new(undoing)) })
                }
            };
            let Some(base) = base else { return };
            let fiber = self.fibers.insert(Fiber::new(Some((id, index)), base));
            self.ready.push_back(fiber);
            if let Some(group) = self.groups.get_mut(id) {
                group.next += 1;
                group.live += 1;
            }
        }
    }

    /// A branch has ended, well or not.
    pub(super) fn branch_ended(&mut self, id: FiberId, scope: ScopeId, result: Result<(), Cause>) {
        let Some(fiber) = self.fibers.try_remove(id) else { return };
        let Some((group_id, index)) = fiber.group else { return };
        let Some(group) = self.groups.get_mut(group_id) else { return };
        group.live = group.live.saturating_sub(1);
        if !fiber.log.is_empty() {
            if group.logs.is_empty() {
                group.logs.resize_with(group.total, Vec::new);
            }
            if let Some(log) = group.logs.get_mut(index) {
                *log = fiber.log;
            }
        }
        if let GroupKind::Loop(node, _) = &group.kind {
            if let Some(output) = group.outputs.get_mut(index) {
                *output = self.scopes.take(scope, node.given);
            }
            self.scopes.close(scope);
        }
        if let Err(cause) = result {
            match cause {
                Cause::Failed(failures) => group.failures.extend(failures),
                Cause::Fatal(failures) => {
                    group.fatal = true;
                    group.failures.extend(failures);
                }
                Cause::Halted => {}
            }
            if !group.failures.is_empty() {
                let fatal = group.fatal;
                self.stop_groups(Some(group_id), fatal);
            }
        }
        self.start_branches(group_id);
        if let Some(owner) = self.groups.get(group_id).map(|group| group.owner) {
            let flow = self.join(group_id);
            if matches!(flow, Flow::Next) {
                // Ahead of the others, so that a branch whose first nodes take no time still begins before the next one.
                self.ready.push_front(owner);
            }
        }
    }

    /// Starts nothing more in a group that a failure has reached, and in those around it that it is going to reach.
    pub(super) fn stop_groups(&mut self, first: Option<GroupId>, fatal: bool) {
        let mut above = first;
        while let Some(group) = above.and_then(|id| self.groups.get_mut(id)) {
            if !std::mem::replace(&mut group.stopping, true) {
                self.stopping += 1;
            }
            let caught = group.kind.catch().is_some() && !fatal;
            let Some(owner) = self.fibers.get(group.owner) else { break };
            above = if caught || owner.is_caught(usize::MAX, fatal) { None } else { owner.group.map(|(id, _)| id) };
        }
        self.stop_flights();
    }

    /// Ends a group whose branches have all ended, and lets its owner go on.
    fn join(&mut self, id: GroupId) -> Flow {
        let Some(group) = self.groups.get(id) else { return Flow::Wait };
        if group.live > 0 {
            return Flow::Wait;
        }
        let Some(group) = self.groups.try_remove(id) else { return Flow::Wait };
        let Group { owner, kind, stopping, total, next, live: _, limit, scope, mut failures, fatal, logs, outputs } =
            group;
        failures.sort_by_key(|failure| failure.number);
        if stopping {
            self.stopping = self.stopping.saturating_sub(1);
        }
        if matches!(kind, GroupKind::Undo(_)) {
            if fatal {
                self.undo_gave_up(owner);
            }
            return Flow::Next;
        }
        let catch = kind.catch();
        let mut region = Vec::new();
        if logs.iter().any(|log| !log.is_empty()) {
            region.push(Entry::Group(Box::new(Beside { logs, limit })));
        }
        if failures.is_empty() {
            if let Some(fiber) = self.fibers.get_mut(owner) {
                fiber.log.append(&mut region);
            }
            if next < total || self.halt(owner).is_some() {
                // Stopped from outside: the owner sees why on its next turn.
                return Flow::Next;
            }
            return match &kind {
                GroupKind::Loop(node, _) => {
                    let values = (node.collect)(outputs.into_iter().flatten().collect());
                    self.bind(owner, node.slot, values, catch)
                }
                GroupKind::Parallel(_) | GroupKind::Undo(_) => self.bind_caught(owner, scope, catch),
            };
        }
        match catch {
            Some(catch) if !fatal && self.halt(owner).is_none() => {
                self.undo_caught(owner, region, failures, catch);
                Flow::Next
            }
            _ => {
                if let Some(fiber) = self.fibers.get_mut(owner) {
                    fiber.log.append(&mut region);
                }
                self.fail(owner, if fatal { Cause::Fatal(failures) } else { Cause::Failed(failures) })
            }
        }
    }
}
