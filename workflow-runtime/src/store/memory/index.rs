//! What can be claimed, found without looking at everything.

use std::collections::{BTreeMap, BTreeSet};

use crate::store::Execution;

#[derive(Debug, Default)]
pub(super) struct Index {
    /// By workflow and version: what nobody owns and a claim may take, by the time at which it is due.
    due: BTreeMap<(String, u32), BTreeSet<(i64, String)>>,
    owned: BTreeMap<String, BTreeSet<String>>,
}

impl Index {
    pub(super) fn insert(&mut self, execution: &Execution) {
        if let Some(owner) = &execution.owner {
            self.owned.entry(owner.clone()).or_default().insert(execution.id.clone());
        } else if let Some(due) = execution.due.filter(|_| execution.status.is_claimable()) {
            self.due
                .entry((execution.workflow.clone(), execution.version))
                .or_default()
                .insert((due, execution.id.clone()));
        }
    }

    pub(super) fn remove(&mut self, execution: &Execution) {
        if let Some(owner) = &execution.owner
            && let Some(ids) = self.owned.get_mut(owner)
        {
            ids.remove(&execution.id);
            if ids.is_empty() {
                self.owned.remove(owner);
            }
        } else if let Some(due) = execution.due
            && let Some(waiting) = self.due.get_mut(&(execution.workflow.clone(), execution.version))
        {
            waiting.remove(&(due, execution.id.clone()));
        }
    }

    /// What an owner holds.
    pub(super) fn owned_by(&self, owner: &str) -> impl Iterator<Item = &String> {
        self.owned.get(owner).into_iter().flatten()
    }

    pub(super) fn owners(&self) -> impl Iterator<Item = &String> {
        self.owned.keys()
    }

    /// The first of each version of a workflow by the time at which it is due.
    pub(super) fn first(&self, workflow: &str) -> impl Iterator<Item = (u32, &(i64, String))> {
        let versions = self.due.range((workflow.to_owned(), 0)..=(workflow.to_owned(), u32::MAX));
        versions.filter_map(|((_, version), waiting)| Some((*version, waiting.first()?)))
    }
}
