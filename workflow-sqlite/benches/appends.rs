//! What an append costs, beside what the disk and SQLite allow at all, measured in the same run on the same disk.
//!
//! `cargo bench -p workflow-sqlite`; `BENCH_DIR` names a directory on the disk to measure.
#![allow(missing_docs, clippy::unwrap_used)]

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rusqlite::{Connection, params};
use workflow_runtime::store::*;
use workflow_sqlite::SqliteStore;

const TIME: Duration = Duration::from_secs(1);
/// Each execution is one creation and so many appends, the last of which completes it.
const STEPS: u64 = 10;
const IN_FLIGHT: [usize; 4] = [1, 16, 128, 1_000];

fn main() {
    let parent = std::env::var_os("BENCH_DIR").map_or_else(std::env::temp_dir, Into::into);
    let directory = tempfile::tempdir_in(parent).unwrap();
    let data = format!(r#"{{"value":"{}"}}"#, "x".repeat(188));
    println!("rows with {} bytes of data, {TIME:?} each, in {}", data.len(), directory.path().display());
    println!(
        "{:>10} {:>14} {:>14} {:>14} {:>7} {:>10}",
        "in flight", "fdatasync/s", "raw rows/s", "writes/s", "ratio", "a commit"
    );
    for in_flight in IN_FLIGHT {
        let place = |name: &str| directory.path().join(format!("{name}-{in_flight}.db"));
        let syncs = syncs(&place("syncs"));
        // Turn and turn about, so that a disk in a different mood is not taken for a difference between the two.
        let (mut raw, mut ours, mut share) = (0.0, 0.0, 0.0);
        for turn in 0..3 {
            raw += raw_rows(&place(&format!("raw{turn}")), in_flight, &data) / 3.0;
            let (appends, commits) = appends(&place(&format!("ours{turn}")), in_flight, &data);
            (ours, share) = (ours + appends / 3.0, share + appends / commits / 3.0);
        }
        println!("{in_flight:>10} {syncs:>14.0} {raw:>14.0} {ours:>14.0} {:>7.2} {share:>10.1}", ours / raw);
    }
}

/// How often a second the disk can be waited for.
fn syncs(path: &Path) -> f64 {
    let mut file = File::create(path).unwrap();
    let (started, mut count) = (Instant::now(), 0);
    while started.elapsed() < TIME {
        file.write_all(&[7; 4_096]).unwrap();
        file.sync_data().unwrap();
        count += 1;
    }
    f64::from(count) / started.elapsed().as_secs_f64()
}

/// Rows a second from one thread that does nothing else, so many of them a commit.
fn raw_rows(path: &Path, rows: usize, data: &str) -> f64 {
    let connection = Connection::open(path).unwrap();
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -32768; \
             PRAGMA wal_autocheckpoint = 4000; \
             CREATE TABLE events (key INTEGER PRIMARY KEY, run INTEGER, seq INTEGER, at INTEGER, kind TEXT, path TEXT, data TEXT)",
        )
        .unwrap();
    let (started, mut count) = (Instant::now(), 0_u32);
    let sql = "INSERT INTO events (run, seq, at, kind, path, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    while started.elapsed() < TIME {
        connection.prepare_cached("BEGIN IMMEDIATE").unwrap().execute([]).unwrap();
        let mut statement = connection.prepare_cached(sql).unwrap();
        for _ in 0..rows {
            count += 1;
            statement.execute(params![1, count, 1_790_000_000_000_i64, "done", "reserve", data]).unwrap();
        }
        drop(statement);
        connection.prepare_cached("COMMIT").unwrap().execute([]).unwrap();
    }
    f64::from(count) / started.elapsed().as_secs_f64()
}

/// Writes a second by so many executions at once, and commits a second.
fn appends(path: &Path, in_flight: usize, data: &str) -> (f64, f64) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    runtime.block_on(async {
        let store = SqliteStore::open(path).await.unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        store.renew("ada", i64::MAX).await.unwrap();
        let (started, commits) = (Instant::now(), store.commits());
        let mut tasks = tokio::task::JoinSet::new();
        for index in 0..in_flight {
            let (store, stop, data) = (store.clone(), Arc::clone(&stop), data.to_owned());
            tasks.spawn(async move {
                let mut writes = 0;
                for turn in 0.. {
                    let id = format!("order-{index}-{turn}");
                    store.create(new(&id)).await.unwrap();
                    writes += 1;
                    for revision in 1..=STEPS {
                        if stop.load(Ordering::Relaxed) {
                            return writes;
                        }
                        store.append(next(&id, revision, &data)).await.unwrap();
                        writes += 1;
                    }
                }
                writes
            });
        }
        std::thread::sleep(TIME);
        stop.store(true, Ordering::Relaxed);
        let count: u64 = tasks.join_all().await.into_iter().sum();
        let seconds = started.elapsed().as_secs_f64();
        (count as f64 / seconds, (store.commits() - commits) as f64 / seconds)
    })
}

fn new(id: &str) -> NewExecution {
    NewExecution {
        id: id.into(),
        workflow: "place_order".into(),
        version: 1,
        fingerprint: "f00d".into(),
        input: "{}".to_owned(),
        status: ExecutionStatus::Running,
        owner: Some("ada".into()),
        due: None,
        events: Events::default(),
        at: 1_790_000_000_000,
        replaces: None,
    }
}

fn next(id: &str, revision: u64, data: &str) -> Append {
    Append {
        id: id.into(),
        owner: "ada".into(),
        revision,
        at: 1_790_000_000_000,
        events: vec![NewEvent { kind: "done".to_owned(), path: "reserve".to_owned(), data: data.to_owned() }].into(),
        status: if revision < STEPS { ExecutionStatus::Running } else { ExecutionStatus::Completed },
        due: None,
        retries: None,
        result: (revision == STEPS).then(|| "42".to_owned()),
        error: None,
        release: false,
        outbox: Vec::new(),
        consumed: Vec::new(),
    }
}
