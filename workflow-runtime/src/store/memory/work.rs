//! Who works on what: leases and claims.

use super::state::{State, Subscription};
use crate::store::{Claim, Claimed, Execution};

impl State {
    pub(super) fn claim(&mut self, claim: &Claim) -> Claimed {
        let left_behind = self.left_behind(claim);
        let mut executions: Vec<_> = left_behind.iter().filter_map(|id| self.own(id, &claim.owner)).collect();
        while executions.len() < claim.limit
            && let Some((_, id)) = self.first_due(claim).filter(|(from, _)| *from <= claim.now)
        {
            executions.extend(self.own(&id, &claim.owner));
        }
        let due = self.first_due(claim).map(|(from, _)| from);
        let held = self.index.owners().filter(|owner| **owner != claim.owner);
        let left = held.filter_map(|owner| Some(self.lease(owner).saturating_add(self.patience(owner, claim)?)));
        let next = left.chain(due).min();
        Claimed { executions, next }
    }

    pub(super) fn take(&mut self, id: &str, owner: &str, now: i64) -> Option<Execution> {
        let holder = self.entries.get(id)?.execution.owner.as_deref();
        match holder {
            Some(holder) if holder != owner && self.lease(holder) > now => None,
            _ => self.own(id, owner),
        }
    }

    pub(super) fn renew(&mut self, owner: &str, until: i64) {
        self.leases.insert(owner.to_owned(), until);
    }

    pub(super) fn retire(&mut self, owner: &str) {
        self.leases.remove(owner);
        let held: Vec<String> = self.index.owned_by(owner).cloned().collect();
        for id in held {
            self.change(&id, |entry| {
                entry.execution.owner = None;
                entry.execution.due = Some(0);
                entry.execution.revision += 1;
            });
        }
    }

    pub(super) fn subscribe(&mut self, subscriber: &str, owner: &str, now: i64) -> Option<u64> {
        let position = match self.subscribers.get(subscriber) {
            Some(held) if held.owner != owner && self.lease(&held.owner) > now => return None,
            Some(held) => held.position,
            None => 0,
        };
        self.subscribers.insert(subscriber.to_owned(), Subscription { owner: owner.to_owned(), position });
        Some(position)
    }

    pub(super) fn acknowledge(&mut self, subscriber: &str, owner: &str, position: u64) -> bool {
        let held = self.subscribers.get_mut(subscriber).filter(|held| held.owner == owner);
        let Some(held) = held else { return false };
        held.position = position.max(held.position);
        true
    }

    fn lease(&self, owner: &str) -> i64 {
        self.leases.get(owner).copied().unwrap_or(i64::MIN)
    }

    /// What owners without a running lease hold.
    fn left_behind(&self, claim: &Claim) -> Vec<String> {
        let owners = self.index.owners().filter(|owner| **owner != claim.owner);
        let held = owners.flat_map(|owner| self.held(owner).map(|execution| (self.lease(owner), execution)));
        let over = |lease, execution: &Execution| {
            claim.by(&execution.workflow, execution.version).is_some_and(|by| lease <= by)
        };
        held.filter(|(lease, execution)| over(*lease, execution))
            .take(claim.limit)
            .map(|(_, execution)| execution.id.clone())
            .collect()
    }

    /// What a claim may take first, and from when.
    fn first_due(&self, claim: &Claim) -> Option<(i64, String)> {
        let known = claim.workflows.keys();
        let first = known.flat_map(|workflow| self.index.first(workflow).map(move |first| (workflow, first)));
        let from = |(workflow, (version, (due, id))): (&String, (u32, &(i64, String)))| {
            let patience = claim.now.saturating_sub(claim.by(workflow, version)?);
            Some((due.saturating_add(patience), id.clone()))
        };
        first.filter_map(from).min()
    }

    fn held(&self, owner: &str) -> impl Iterator<Item = &Execution> {
        let held = self.index.owned_by(owner).filter_map(|id| self.entries.get(id)).map(|entry| &entry.execution);
        held.filter(|execution| execution.status.is_claimable())
    }

    /// How long after the end of an owner's lease a claim may take the first of what it holds; `None` if it may take nothing.
    fn patience(&self, owner: &str, claim: &Claim) -> Option<i64> {
        let by = self.held(owner).filter_map(|execution| claim.by(&execution.workflow, execution.version)).max()?;
        Some(claim.now.saturating_sub(by))
    }

    fn own(&mut self, id: &str, owner: &str) -> Option<Execution> {
        self.change(id, |entry| {
            entry.execution.owner = Some(owner.to_owned());
            entry.execution.revision += 1;
            entry.execution.clone()
        })
    }
}
