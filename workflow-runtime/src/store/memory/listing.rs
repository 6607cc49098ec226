//! Pages of executions.

use std::cmp::Reverse;

use super::state::State;
use crate::store::{Filter, Page, Summary};

impl State {
    /// Looks at everything: memory is no place for so many that it matters.
    pub(super) fn list(&self, filter: &Filter) -> Page {
        let executions = self.entries.values().map(|entry| &entry.execution);
        let matching = executions.filter(|execution| filter.matches(execution)).map(Summary::from);
        let after = |summary: &Summary| filter.after.as_ref().is_none_or(|after| summary.cursor() < *after);
        let mut found: Vec<Summary> = matching.filter(after).collect();
        found.sort_unstable_by_key(|summary| Reverse(summary.cursor()));
        let more = found.len() > filter.limit;
        found.truncate(filter.limit);
        let next = found.last().filter(|_| more).map(Summary::cursor);
        Page { executions: found, next, ..Page::default() }
    }
}
