//! What has to be true when everything has ended.

use std::collections::BTreeMap;

use workflow_runtime::store::{ExecutionStatus, Filter, Store};

use crate::world::Books;

/// Compares what ran with what the journals say: nothing more, nothing less.
pub(crate) async fn judge(store: &impl Store, books: &Books) {
    let mut recorded: BTreeMap<String, u64> = BTreeMap::new();
    for found in store.list(Filter::default()).await.unwrap().executions {
        for run in 1..=found.run {
            let journal = store.history(&found.id, run).await.unwrap();
            let key = if run == 1 { found.id.clone() } else { format!("{}~{run}", found.id) };
            for event in &journal {
                let ends =
                    matches!(event.kind.as_str(), "step.succeeded" | "step.failed" | "undo.succeeded" | "undo.failed");
                if ends {
                    *recorded.entry(format!("{key}/{}", event.path)).or_default() += attempts(&event.data);
                }
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
    let ran: BTreeMap<String, u64> =
        books.began().into_iter().map(|(key, attempts)| (key, attempts.len() as u64)).collect();
    let differs = |key: &&String| ran.get(*key) != recorded.get(*key);
    let differing: Vec<_> = ran
        .keys()
        .chain(recorded.keys())
        .filter(differs)
        .map(|key| format!("{key}: began {:?}, recorded {:?}", books.began().get(key), recorded.get(key)))
        .collect();
    assert!(differing.is_empty(), "what ran is not what is recorded: {differing:#?}");
}

/// How many attempts a record tells of.
fn attempts(data: &str) -> u64 {
    let (_, behind) = data.split_once("\"attempts\":").unwrap_or_else(|| panic!("no attempts in {data}"));
    let digits = behind.find(|c: char| !c.is_ascii_digit()).unwrap_or(behind.len());
    behind[..digits].parse().unwrap()
}
