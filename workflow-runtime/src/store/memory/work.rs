//! Who works on what: leases and claims.

use super::state::State;
use crate::store::{Claim, Claimed, Execution};

impl State {
    pub(super) fn claim(&mut self, claim: &Claim) -> Claimed {
        let left_behind = self.left_behind(claim);
        let mut executions: Vec<_> = left_behind.iter().filter_map(|id| self.own(id, &claim.owner)).collect();
        while executions.len() < claim.limit
            && let Some((_, id)) = self.first_due(&claim.workflows).filter(|(due, _)| *due <= claim.now)
        {
            executions.extend(self.own(&id, &claim.owner));
        }
        let due = self.first_due(&claim.workflows).map(|(due, _)| due);
        let lease = self.index.owners().filter(|owner| **owner != claim.owner && self.holds(owner, &claim.workflows));
        let next = lease.map(|owner| self.lease(owner)).chain(due).min();
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

    fn lease(&self, owner: &str) -> i64 {
        self.leases.get(owner).copied().unwrap_or(i64::MIN)
    }

    /// What owners without a running lease hold.
    fn left_behind(&self, claim: &Claim) -> Vec<String> {
        let owners = self.index.owners().filter(|owner| **owner != claim.owner && self.lease(owner) <= claim.now);
        let held = owners.flat_map(|owner| self.index.owned_by(owner));
        let held = held.filter_map(|id| self.entries.get(id)).map(|entry| &entry.execution);
        held.filter(|execution| execution.status.is_claimable() && claim.workflows.contains(&execution.workflow))
            .take(claim.limit)
            .map(|execution| execution.id.clone())
            .collect()
    }

    fn first_due(&self, workflows: &[String]) -> Option<(i64, String)> {
        workflows.iter().filter_map(|workflow| self.index.first(workflow)).min().cloned()
    }

    fn holds(&self, owner: &str, workflows: &[String]) -> bool {
        self.index
            .owned_by(owner)
            .filter_map(|id| self.entries.get(id))
            .any(|entry| entry.execution.status.is_claimable() && workflows.contains(&entry.execution.workflow))
    }

    fn own(&mut self, id: &str, owner: &str) -> Option<Execution> {
        self.change(id, |entry| {
            entry.execution.owner = Some(owner.to_owned());
            entry.execution.revision += 1;
            entry.execution.clone()
        })
    }
}
