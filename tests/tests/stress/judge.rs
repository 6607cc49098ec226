//! What has to be true when everything has ended.

use std::collections::{BTreeMap, BTreeSet};

use workflow_runtime::store::{ExecutionStatus, Filter, Store, StoredEvent};

use crate::weather::Sky;
use crate::world::Books;

/// Compares what ran with what the journals say: nothing more, nothing less.
pub(crate) async fn judge(store: &impl Store, books: &Books, sky: Sky) {
    let mut recorded: BTreeMap<String, u64> = BTreeMap::new();
    for found in store.list(Filter::default()).await.unwrap().executions {
        let mut done = BTreeSet::new();
        for run in 1..=found.run {
            let journal = store.history(&found.id, run).await.unwrap();
            let key = if run == 1 { found.id.clone() } else { format!("{}~{run}", found.id) };
            for event in &journal {
                let ends =
                    matches!(event.kind.as_str(), "step.succeeded" | "step.failed" | "undo.succeeded" | "undo.failed");
                if event.kind == "step.succeeded" {
                    let again = !done.insert((run, event.path.clone()));
                    assert!(!again, "{key} has recorded the success of {} twice", event.path);
                }
                if ends {
                    *recorded.entry(format!("{key}/{}", event.path)).or_default() += attempts(&event.data);
                }
            }
            if run == found.run && !found.status.is_finished() {
                // Somebody has asked for an undo, and nobody has waited for the end of it.
                continue;
            }
            let last = journal.last().unwrap();
            assert_eq!(last.kind, "ended", "{key} ends with {last:?}");
            if run == found.run {
                assert!(last.data.contains(found.status.as_str()), "{key} is {} and ends with {last:?}", found.status);
            } else {
                assert!(!last.data.contains(ExecutionStatus::Completed.as_str()), "{key} was run again");
            }
        }
    }
    if !sky.is_exact() {
        return;
    }
    let ran: BTreeMap<String, u64> =
        books.began().into_iter().map(|(key, attempts)| (key, attempts.len() as u64)).collect();
    let differs = |key: &&String| ran.get(*key) != recorded.get(*key);
    let differing: Vec<_> = ran
        .keys()
        .chain(recorded.keys())
        .filter(differs)
        .map(|key| format!("{key}: began {:?}, recorded {:?}", books.began().get(key), recorded.get(key)))
        .collect();
    assert!(differing.is_empty(), "what ran is not what is recorded: {differing:#?}\n{}", journals(store).await);
}

/// Everything that is recorded, for whoever has to find out.
async fn journals(store: &impl Store) -> String {
    let mut text = String::new();
    for found in store.list(Filter::default()).await.unwrap().executions {
        for run in 1..=found.run {
            for event in store.history(&found.id, run).await.unwrap() {
                let StoredEvent { at, kind, path, data, .. } = event;
                text.push_str(&format!("{}~{run} {at} {kind} {path} {data}\n", found.id));
            }
        }
    }
    text
}

/// How many attempts a record tells of.
fn attempts(data: &str) -> u64 {
    let (_, behind) = data.split_once("\"attempts\":").unwrap_or_else(|| panic!("no attempts in {data}"));
    let digits = behind.find(|c: char| !c.is_ascii_digit()).unwrap_or(behind.len());
    behind[..digits].parse().unwrap()
}
