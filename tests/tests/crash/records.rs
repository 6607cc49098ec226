//! What ran, by the world's own records, held against what the journals say after each kill.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use workflow_runtime::ExecutionStatus;
use workflow_runtime::store::{Store, StoredEvent};
use workflow_sqlite::SqliteStore;

use crate::ten_steps::FAILS_AT;

/// Nodes in the order in which they run; those of one line run beside each other.
const ORDER: [&[&str]; 6] = [
    &["one"],
    &["two"],
    &["parallel#1/0/three", "parallel#1/0/four", "parallel#1/1/five", "parallel#1/1/six", "parallel#1/2/seven"],
    &["eight"],
    &["nine"],
    &["ten"],
];

pub struct Records {
    folder: PathBuf,
    /// How much of the world's records has been read.
    read: usize,
    /// What the journals had acknowledged when the last process ended, as the world writes it down.
    acknowledged: BTreeSet<String>,
    /// What ran in earlier processes.
    ran: BTreeSet<String>,
    journals: BTreeMap<String, (ExecutionStatus, Vec<StoredEvent>)>,
    /// How often something ran again.
    pub again: u32,
}

impl Records {
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            read: 0,
            acknowledged: BTreeSet::new(),
            ran: BTreeSet::new(),
            journals: BTreeMap::new(),
            again: 0,
        }
    }

    /// Reads what the process that has just ended has left behind.
    pub async fn read(&mut self) -> Result<()> {
        self.read_journals().await?;
        let (begun, acknowledged) = (self.told("began"), self.told("succeeded"));
        let effects = std::fs::read_to_string(self.folder.join("effects")).unwrap_or_default();
        let mut here = BTreeSet::new();
        for line in effects.get(self.read..).context("the world forgets")?.lines() {
            ensure!(!self.acknowledged.contains(line), "`{line}` had been acknowledged, and ran again");
            ensure!(here.insert(line.to_owned()), "`{line}` ran twice in one process");
            ensure!(
                begun.contains(line),
                "`{line}` ran, and no journal knows that it was to begin, or under which key"
            );
            self.again += u32::from(!self.ran.insert(line.to_owned()));
        }
        let lost = acknowledged.difference(&self.ran).next();
        ensure!(lost.is_none(), "{lost:?} was acknowledged, and never ran");
        (self.read, self.acknowledged) = (effects.len(), acknowledged);
        Ok(())
    }

    async fn read_journals(&mut self) -> Result<()> {
        let file = self.folder.join("shop.db");
        if !file.exists() {
            return Ok(());
        }
        // Nobody else has it open: so this is also what the next process will find.
        let store = SqliteStore::open(&file).await?;
        for index in 0..FAILS_AT.len() {
            let id = format!("run-{index}");
            if let Some(row) = store.load(&id).await? {
                let journal = store.history(&id, row.run).await?;
                self.journals.insert(id, (row.status, journal));
            }
        }
        Ok(())
    }

    /// What the journals say of steps and compensations, as the world writes it down.
    fn told(&self, what: &str) -> BTreeSet<String> {
        let mut told = BTreeSet::new();
        for (id, (_, journal)) in &self.journals {
            for event in journal {
                if let Some((kind @ ("step" | "undo"), said)) = event.kind.split_once('.')
                    && said == what
                {
                    told.insert(format!("{kind} {id}/{}", event.path));
                }
            }
        }
        told
    }

    /// What must hold when every execution has ended.
    pub fn close(&self) -> Result<()> {
        for (index, fails_at) in FAILS_AT.into_iter().enumerate() {
            let id = format!("run-{index}");
            let (status, journal) = self.journals.get(&id).with_context(|| format!("{id} is not there"))?;
            let ran = |what: &str| self.ran.iter().filter(|line| line.starts_with(&format!("{what} {id}/"))).count();
            match status {
                ExecutionStatus::Completed if fails_at.is_empty() => {
                    ensure!((ran("step"), ran("undo")) == (10, 0), "{id}: {} and {}", ran("step"), ran("undo"));
                }
                ExecutionStatus::Compensated if !fails_at.is_empty() => {
                    ensure!(ran("step") == ran("undo"), "{id}: {} and {}", ran("step"), ran("undo"));
                    undone_in_reverse(journal).context(id)?;
                }
                other => bail!("{id} is {other}, and was to fail at `{fails_at}`"),
            }
        }
        Ok(())
    }
}

/// Every undo begins after those of later nodes have succeeded.
fn undone_in_reverse(journal: &[StoredEvent]) -> Result<()> {
    let seqs = |kind: &str, node: &str| {
        let path = format!("{node}/undo");
        journal.iter().filter(|event| event.kind == kind && event.path == path).map(|event| event.seq).max()
    };
    let before = |node: &str, earlier: &str| {
        let (Some(began), Some(succeeded)) = (seqs("undo.began", earlier), seqs("undo.succeeded", node)) else {
            return true;
        };
        succeeded < began
    };
    for (place, nodes) in ORDER.iter().enumerate() {
        for (node, earlier) in
            ORDER.iter().take(place).copied().flatten().flat_map(|e| nodes.iter().map(move |n| (n, e)))
        {
            ensure!(before(node, earlier), "{earlier} was undone before {node}");
        }
    }
    for (earlier, node) in [("three", "four"), ("five", "six")] {
        let branch = if node == "four" { 0 } else { 1 };
        let path = |node: &str| format!("parallel#1/{branch}/{node}");
        ensure!(before(&path(node), &path(earlier)), "{earlier} was undone before {node}");
    }
    Ok(())
}
