//! Coming by work.

use std::collections::BTreeSet;
use std::sync::Arc;

use rusqlite::{Connection, params};
use workflow_runtime::store::{Claim, Claimed, Execution, StoreError};

use super::Command;
use super::held::Row;
use super::lease::has_lease;
use super::session::Session;
use crate::error::{Fault, Result};
use crate::owners::Owners;
use crate::rows::{CLAIMABLE, EXECUTION, Found, damaged, find, found, limit, signed};

pub(crate) struct Claiming {
    pub(crate) claim: Claim,
    pub(crate) owners: Arc<Owners>,
}

impl Command for Claiming {
    type Answer = Claimed;

    fn apply(&self, session: &mut Session<'_>) -> Result<Claimed> {
        let connection = session.connection;
        let mut numbers = self.left_behind(session)?;
        let mut due = Vec::new();
        for (workflow, versions) in &self.claim.workflows {
            due.extend(self.due(connection, workflow, versions)?);
        }
        due.sort_unstable();
        due.dedup();
        numbers.extend(due.into_iter().map(|(_, number)| number));
        let mut executions = Vec::new();
        for number in numbers {
            if executions.len() >= self.claim.limit {
                break;
            }
            match own(session, number, &self.claim.owner) {
                Ok(execution) => executions.push(execution),
                // What cannot be read stays as it is; whoever asks for it by its id learns why.
                Err(Fault::Store(StoreError::Corrupt { .. })) => {}
                Err(fault) => return Err(fault),
            }
        }
        let full = executions.len() >= self.claim.limit;
        Ok(Claimed { executions, next: self.next(connection, full)? })
    }
}

/// So many that cannot be read do not keep a claim from what is behind them.
const SPARE: usize = 64;

impl Claiming {
    /// What owners hold that have no running lease, or are gone.
    fn left_behind(&self, session: &mut Session<'_>) -> Result<Vec<i64>> {
        let connection = session.connection;
        let mut statement = connection.prepare_cached("SELECT owner, lease_until FROM owners WHERE owner <> ?1")?;
        // Whose name cannot be read holds only what cannot be read either.
        let owners = statement.query_map([&self.claim.owner], |row| Ok((row.get(0).ok(), row.get(1)?)))?;
        let owners = owners.collect::<rusqlite::Result<Vec<(Option<String>, i64)>>>()?;
        let owners = owners.into_iter().filter_map(|(owner, lease_until)| Some((owner?, lease_until)));
        let sql = format!("SELECT number, workflow, version FROM executions WHERE owner = ?1 AND {CLAIMABLE}");
        let mut statement = connection.prepare_cached(&sql)?;
        let mut numbers = Vec::new();
        for (owner, lease_until) in owners {
            let gone = self.owners.is_gone(&owner);
            if gone && bury(connection, &owner)? {
                self.owners.forget(&owner);
                session.held.forget_all();
                continue;
            }
            if !gone && lease_until > self.claim.now {
                continue;
            }
            let mut rows = statement.query([owner])?;
            while numbers.len() < self.claim.limit.saturating_add(SPARE)
                && let Some(row) = rows.next()?
            {
                // What cannot be read is left alone.
                let (Ok(workflow), Ok(version)) = (row.get::<_, String>("workflow"), row.get("version")) else {
                    continue;
                };
                let Some(by) = self.claim.by(&workflow, version) else { continue };
                if lease_until <= by || (gone && by == self.claim.now) {
                    numbers.push(row.get("number")?);
                }
            }
        }
        Ok(numbers)
    }

    fn due(&self, connection: &Connection, workflow: &str, versions: &BTreeSet<u32>) -> Result<Vec<(i64, i64)>> {
        let (room, others_by) = (self.claim.limit.saturating_add(SPARE), self.claim.others_by);
        let versions = serde_json::json!(versions).to_string();
        let sql = format!(
            "SELECT due, number FROM executions WHERE workflow = ?1 AND owner IS NULL AND due IS NOT NULL \
             AND {CLAIMABLE} AND due <= ?2 AND (due <= ?4 OR version IN (SELECT value FROM json_each(?5))) \
             ORDER BY due LIMIT ?3"
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let rows = statement.query_map(params![workflow, self.claim.now, limit(room), others_by, versions], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The first timer, or the first end of another owner's lease. Unless the limit was reached, what is still there for now
    /// cannot be read, and is no reason to come again.
    fn next(&self, connection: &Connection, full: bool) -> Result<Option<i64>> {
        let from = if full { i64::MIN } else { self.claim.now.saturating_add(1) };
        // One question for all workflows: with one for each, all that an owner holds would be read for each that it does
        // not hold. The `+` keeps SQLite to the index by owner.
        let lease = format!(
            "SELECT min(lease_until) FROM owners o WHERE owner <> ?1 AND lease_until >= ?2 AND EXISTS (SELECT 1 FROM \
             executions e WHERE e.owner = o.owner AND +e.workflow IN (SELECT value FROM json_each(?3)) AND e.{CLAIMABLE})"
        );
        let timer = format!(
            "SELECT min(due) FROM executions WHERE workflow = ?1 AND owner IS NULL AND due IS NOT NULL AND {CLAIMABLE} \
             AND due >= ?2"
        );
        let (mut timer, mut lease) = (connection.prepare_cached(&timer)?, connection.prepare_cached(&lease)?);
        let workflows = serde_json::json!(self.claim.workflows.keys().collect::<Vec<_>>()).to_string();
        let mut next: Option<i64> = lease.query_row(params![self.claim.owner, from, workflows], |row| row.get(0))?;
        for workflow in self.claim.workflows.keys() {
            let due: Option<i64> = timer.query_row(params![workflow, from], |row| row.get(0))?;
            next = next.into_iter().chain(due).min();
        }
        Ok(next)
    }
}

/// Forgets an owner that is gone, once it holds nothing any more; says whether it did.
fn bury(connection: &Connection, owner: &str) -> Result<bool> {
    let sql = "DELETE FROM owners WHERE owner = ?1 AND NOT EXISTS (SELECT 1 FROM executions e WHERE e.owner = ?1)";
    Ok(connection.prepare_cached(sql)?.execute([owner])? > 0)
}

/// Makes an execution the owner's; one that cannot be read is not touched.
fn own(session: &mut Session<'_>, number: i64, owner: &str) -> Result<Execution> {
    let mut statement = session.connection.prepare_cached(&format!("{EXECUTION} WHERE e.number = ?1"))?;
    let found = statement.query_row([number], found);
    let Found { number, events, mut execution } =
        found.map_err(|error| damaged(error, || format!("execution number {number}")))?;
    execution.owner = Some(owner.to_owned());
    execution.revision += 1;
    let sql = "UPDATE executions SET owner = ?2, revision = ?3, events = ?4, updated = ?5 WHERE number = ?1";
    let changed = params![number, owner, signed(execution.revision), events, execution.updated];
    session.connection.prepare_cached(sql)?.execute(changed)?;
    session.know_owner(owner)?;
    session.held.remember(execution.id.as_str(), Row::of(number, events, &execution));
    Ok(execution)
}

/// Takes one execution.
pub(crate) struct Take {
    pub(crate) id: String,
    pub(crate) owner: String,
    pub(crate) now: i64,
    pub(crate) owners: Arc<Owners>,
}

impl Command for Take {
    type Answer = Option<Execution>;

    fn apply(&self, session: &mut Session<'_>) -> Result<Option<Execution>> {
        let connection = session.connection;
        let Some(Found { number, execution, .. }) = find(connection, &self.id)? else { return Ok(None) };
        if let Some(holder) = execution.owner.filter(|holder| *holder != self.owner)
            && has_lease(connection, &holder, self.now, &self.owners)?
        {
            return Ok(None);
        }
        own(session, number, &self.owner).map(Some)
    }
}
