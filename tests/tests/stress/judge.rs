//! What has to be true when everything has ended.

use std::collections::{BTreeMap, BTreeSet};

use workflow_runtime::store::{ExecutionStatus, Filter, Store, StoredEvent};

use crate::town::TICKS;
use crate::weather::Sky;
use crate::world::Books;

/// Compares what ran with what the journals say: nothing more, nothing less.
pub(crate) async fn judge(store: &impl Store, books: &Books, sky: Sky) {
    let (mut recorded, mut released): (BTreeMap<String, u64>, BTreeSet<String>) = Default::default();
    let mut ticks = 0;
    for found in store.list(Filter::default()).await.unwrap().executions {
        let mut done = BTreeSet::new();
        ticks += u64::from(found.id.starts_with("tick@"));
        for run in 1..=found.run {
            let journal = store.history(&found.id, run).await.unwrap();
            let key = if run == 1 { found.id.clone() } else { format!("{}~{run}", found.id) };
            released.extend(emitted(&journal).map(|path| format!("{key}/{path}")));
            let is_paid = journal.iter().position(|event| event.kind == "step.succeeded" && event.path == "pay");
            let undone = |event: &StoredEvent| event.kind.starts_with("undo.");
            assert!(!is_paid.is_some_and(|from| journal[from..].iter().any(undone)), "{key} was undone past its pivot");
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
    if sky.retention.is_none() {
        assert_eq!(ticks, TICKS, "executions of the schedule");
        let outbox = store.outbox(0, usize::MAX).await.unwrap().into_iter();
        let outbox: Vec<String> = outbox.map(|event| came(&event.data).to_owned()).collect();
        assert_eq!(books.heard(), outbox, "what was heard, and what was released");
        let once: BTreeSet<String> = outbox.iter().cloned().collect();
        assert_eq!(once.len(), outbox.len(), "an event was released twice: {outbox:#?}");
        assert_eq!(once, released, "what was released, and what the journals say");
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

/// The nodes that had emitted when the execution completed, if it did.
fn emitted(journal: &[StoredEvent]) -> impl Iterator<Item = &str> {
    let is_end =
        |event: &&StoredEvent| event.kind == "ended" && event.data.contains(ExecutionStatus::Completed.as_str());
    let end = journal.iter().position(|event| is_end(&event)).unwrap_or(0);
    let emits = |path: &&str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        ["a", "c1", "c2", "first", "item", "only"].contains(&name)
    };
    journal.iter().take(end).filter(|event| event.kind == "step.succeeded").map(|event| &*event.path).filter(emits)
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

/// What came, as an event says.
fn came(data: &str) -> &str {
    let what = data.strip_prefix(r#"{"what":""#).and_then(|rest| rest.strip_suffix(r#""}"#));
    what.unwrap_or_else(|| panic!("no event: {data}"))
}

/// How many attempts a record tells of.
fn attempts(data: &str) -> u64 {
    let (_, behind) = data.split_once("\"attempts\":").unwrap_or_else(|| panic!("no attempts in {data}"));
    let digits = behind.find(|c: char| !c.is_ascii_digit()).unwrap_or(behind.len());
    behind[..digits].parse().unwrap()
}
