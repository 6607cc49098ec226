//! Groups: fibers beside each other, and sequential loops.

use crate::data::Recorded;
use crate::graph::{Catch, LoopNode, ParallelNode, ScopeId, Slot};

use super::fiber::{Cause, Fiber, FiberId, Inside, Looping, NodeFailure};
use super::log::{Beside, Entry, Log};
use super::machine::Machine;
use super::nodes::Flow;
use super::rollback::{After, Undoing};
use super::stack::{Activation, Ended};

/// Up to so many fibers get exactly the room that they need; more grow as vectors do.
const FEW: usize = 32;

/// Fibers that run beside each other on behalf of their owner, which is the fiber that has the group on its stack.
pub(crate) struct Group<C: 'static> {
    pub(crate) kind: GroupKind<C>,
    /// Whether a branch failed, so that nothing new may start.
    pub(crate) stopping: bool,
    fatal: bool,
    total: u32,
    next: u32,
    live: u32,
    limit: u32,
    failures: Vec<NodeFailure>,
    /// What the branches have done, once one of them has done something.
    logs: Box<[Log<C>]>,
}

pub(crate) enum GroupKind<C: 'static> {
    Parallel(&'static ParallelNode<C>),
    Loop(&'static LoopNode<C>, Box<[Item]>),
    Undo(Box<[Log<C>]>),
}

/// An item of a parallel loop: what it is, then what it gave.
pub(crate) enum Item {
    Waits(Recorded),
    Runs,
    Gave(Recorded),
}

impl<C: 'static> Group<C> {
    /// What a branch has done.
    pub(crate) fn log_of(&mut self, branch: u32) -> Option<&mut Log<C>> {
        if self.logs.is_empty() {
            self.logs = (0..self.total).map(|_| Log::new()).collect();
        }
        self.logs.get_mut(branch as usize)
    }

    /// Whether there is no further branch to start.
    fn has_begun(&self) -> bool {
        self.stopping || self.next == self.total
    }

    /// How much that is.
    pub(crate) fn length_of_log(&self, branch: u32) -> usize {
        self.logs.get(branch as usize).map_or(0, Log::len)
    }
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
            let items: Box<[_]> = items.into_iter().map(Item::Waits).collect();
            return self.open_group(id, scope, items.len(), limit, GroupKind::Loop(node, items));
        }
        let gathered = Vec::with_capacity(items.len());
        let mark = self.length_of_log(id);
        let looping = Looping { node, rest: items.into_iter(), index: 0, gathered, outer: scope, mark };
        if let Some(fiber) = self.fibers.get_mut(id) {
            fiber.stack.push(Activation::body(&node.body, scope, Inside::Body(looping)));
        }
        self.start_item(id)
    }

    /// Starts the next item of a sequential loop, or gives what the items gave.
    fn start_item(&mut self, id: FiberId) -> Flow {
        let Some(looping) = self.looping(id) else { return Flow::Wait };
        let (node, outer, index) = (looping.node, looping.outer, looping.index);
        match looping.rest.next() {
            Some(item) => {
                looping.index += 1;
                let scope = self.open_item(node, outer, index, item);
                if let Some(body) = self.fibers.get_mut(id).and_then(|fiber| fiber.stack.last_mut()) {
                    (body.at, body.scope) = (0, scope);
                }
                Flow::Next
            }
            None => {
                let values = (node.collect)(std::mem::take(&mut looping.gathered));
                self.fibers.get_mut(id).and_then(|fiber| fiber.stack.pop());
                self.bind(id, node.slot, values, node.catch.as_ref())
            }
        }
    }

    fn looping(&mut self, id: FiberId) -> Option<&mut Looping<C>> {
        match self.fibers.get_mut(id)?.stack.last_mut()?.inside_mut() {
            Some(Inside::Body(looping)) => Some(looping),
            _ => None,
        }
    }

    fn open_item(&mut self, node: &'static LoopNode<C>, outer: ScopeId, index: usize, item: Recorded) -> ScopeId {
        let prefix = format!("{}[{index}]/", self.path(outer, &node.path));
        let scope = self.scopes.open(Some(outer), node.slots, Some(prefix.into()));
        self.scopes.set(scope, node.item, item);
        scope
    }

    /// The body of a sequential loop has ended for one item.
    pub(super) fn next_item(&mut self, id: FiberId, given: Slot, scope: ScopeId) -> Flow {
        let given = self.scopes.take(scope, given);
        self.scopes.close(scope);
        if let Some(looping) = self.looping(id) {
            looping.gathered.extend(given);
        }
        self.start_item(id)
    }

    /// Undoes logs beside each other, on behalf of a rollback of `owner`: where not all may run at once, the newest
    /// first.
    pub(super) fn undo_group(&mut self, owner: FiberId, mut logs: Vec<Log<C>>, limit: usize) -> Flow {
        logs.retain(|log| log.iter().any(Entry::has_something_to_undo));
        logs.reverse();
        self.open_group(owner, 0, logs.len(), limit, GroupKind::Undo(logs.into()))
    }

    fn open_group(&mut self, owner: FiberId, scope: ScopeId, total: usize, limit: usize, kind: GroupKind<C>) -> Flow {
        let most = total.min(limit);
        if self.fibers.len() + most <= FEW {
            // Without this, they double: many executions with a group each would hold much that none of them uses.
            self.fibers.reserve_exact(most);
        }
        let group = Group {
            kind,
            stopping: false,
            fatal: false,
            total: total.try_into().unwrap_or(u32::MAX),
            next: 0,
            live: 0,
            limit: limit.try_into().unwrap_or(u32::MAX),
            failures: Vec::new(),
            logs: Box::default(),
        };
        if let Some(fiber) = self.fibers.get_mut(owner) {
            fiber.stack.push(Activation::of(scope, Inside::Group(group)));
        }
        self.start_branches(owner);
        self.join(owner)
    }

    /// The group that a fiber waits for.
    pub(super) fn group(&self, owner: FiberId) -> Option<&Group<C>> {
        match self.fibers.get(owner)?.stack.last()?.inside() {
            Some(Inside::Group(group)) => Some(group),
            _ => None,
        }
    }

    pub(super) fn group_mut(&mut self, owner: FiberId) -> Option<&mut Group<C>> {
        self.fibers.get_mut(owner)?.group_mut()
    }

    /// Starts as many branches as may run, ahead of what is ready: first nodes begin in the order in which they are
    /// written, however groups are nested.
    fn start_branches(&mut self, owner: FiberId) {
        let behind = std::mem::take(&mut self.ready);
        self.add_branches(owner);
        self.ready.append(behind);
    }

    fn add_branches(&mut self, owner: FiberId) {
        let Some(outer) = self.scope_of(owner) else { return };
        if let Some(group) = self.group(owner) {
            let (left, room) = (group.total - group.next, group.limit.saturating_sub(group.live));
            self.ready.reserve(left.min(room) as usize);
        }
        while let Some(group) = self.group_mut(owner)
            && !group.stopping
            && group.next < group.total
            && group.live < group.limit
        {
            let (number, index) = (group.next, group.next as usize);
            let base = match &mut group.kind {
                GroupKind::Parallel(node) => {
                    node.branches.get(index).map(|branch| Activation::block(&branch.block, outer))
                }
                GroupKind::Loop(node, items) => {
                    let (node, item) = (*node, items.get_mut(index).map(|item| std::mem::replace(item, Item::Runs)));
                    if self.halt(owner).is_some() {
                        return;
                    }
                    let Some(Item::Waits(item)) = item else { return };
                    Some(Activation::block(&node.body, self.open_item(node, outer, index, item)))
                }
                GroupKind::Undo(logs) => {
                    let entries = logs.get_mut(index).map(std::mem::take).unwrap_or_default();
                    Some(Activation::of(outer, Inside::Undo(Undoing::new(entries, After::Branch))))
                }
            };
            let Some(base) = base else { return };
            let fiber = self.fibers.insert(Fiber::new(Some((owner, number)), base));
            self.ready.push_back(fiber);
            if let Some(group) = self.group_mut(owner) {
                group.next += 1;
                group.live += 1;
            }
        }
    }

    /// A branch has ended, well or not.
    pub(super) fn branch_ended(&mut self, id: FiberId, scope: ScopeId, result: Result<(), Cause>) {
        let Some(fiber) = self.fibers.try_remove(id) else { return };
        let Some((owner, number)) = fiber.group else { return };
        let Some(group) = self.fibers.get_mut(owner).and_then(Fiber::group_mut) else { return };
        group.live = group.live.saturating_sub(1);
        if let GroupKind::Loop(node, items) = &mut group.kind {
            if let Some(item) = items.get_mut(number as usize)
                && let Some(given) = self.scopes.take(scope, node.given)
            {
                *item = Item::Gave(given);
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
                self.stop_groups(Some(owner), fatal);
            }
        }
        if !self.group(owner).is_some_and(Group::has_begun) {
            self.start_branches(owner);
        }
        if matches!(self.join(owner), Flow::Next) {
            // Ahead of the others, so that a branch whose first nodes take no time still begins before the next one.
            self.ready.push_front(owner);
        }
    }

    /// Starts nothing more in a group that a failure has reached, and in those around it that it is going to reach.
    pub(super) fn stop_groups(&mut self, first: Option<FiberId>, fatal: bool) {
        let mut above = first;
        while let Some(fiber) = above.and_then(|owner| self.fibers.get_mut(owner)) {
            let Some(group) = fiber.group_mut() else { break };
            let caught = group.kind.catch().is_some() && !fatal;
            if !std::mem::replace(&mut group.stopping, true) {
                self.stopping += 1;
            }
            above = if caught || fiber.is_caught(usize::MAX, fatal) { None } else { fiber.group.map(|(id, _)| id) };
        }
        self.stop_flights();
    }

    /// Adds to what a fiber has done.
    fn append(&mut self, id: FiberId, mut region: Log<C>) {
        if !region.is_empty()
            && let Some(log) = self.log_of(id)
        {
            log.append(&mut region);
        }
    }

    /// Ends a group whose branches have all ended, and lets its owner go on.
    fn join(&mut self, owner: FiberId) -> Flow {
        if self.group(owner).is_none_or(|group| group.live > 0) {
            return Flow::Wait;
        }
        let ended = self.fibers.get_mut(owner).and_then(|fiber| fiber.stack.pop());
        let Some(Ended { scope, inside: Some(Inside::Group(group)) }) = ended else { return Flow::Wait };
        let Group { kind, stopping, total, next, live: _, limit, mut failures, fatal, logs } = group;
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
        let mut region = Log::new();
        if logs.iter().any(|log| !log.is_empty()) {
            region.push(Entry::Group(Box::new(Beside { logs: logs.into(), limit: limit as usize })));
        }
        if failures.is_empty() {
            self.append(owner, region);
            if next < total || self.halt(owner).is_some() {
                // Stopped from outside: the owner sees why on its next turn.
                return Flow::Next;
            }
            return match kind {
                GroupKind::Loop(node, items) => {
                    let gave = |item| if let Item::Gave(value) = item { Some(value) } else { None };
                    let values = (node.collect)(items.into_iter().filter_map(gave).collect());
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
                self.append(owner, region);
                self.fail(owner, if fatal { Cause::Fatal(failures) } else { Cause::Failed(failures) })
            }
        }
    }
}
