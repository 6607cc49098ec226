//! The same workflow without an engine, as one would write it who knows its steps and needs nothing else: each step is
//! awaited, its result and what comes next go to one thread that shares commits, and it goes on when that has committed.
//! Nothing can be looked for, waited for, retried, cancelled or undone, and nobody goes on after a crash.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use rusqlite::{Connection, params};
use serde::Serialize;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::Bench;
use super::meter::{Meter, Used};
use super::rates::{Kind, writes};
use super::workflows::{Count, Order};

/// The names of the steps.
const STEPS: [&str; 10] =
    ["step-1", "step-2", "step-3", "step-4", "step-5", "step-6", "step-7", "step-8", "step-9", "step-10"];

/// A step that has ended, and the next, as they are stored.
#[derive(Serialize)]
struct Done<'a> {
    succeeded: &'a str,
    attempts: u32,
    output: &'a Order,
    #[serde(skip_serializing_if = "Option::is_none")]
    begins: Option<Begins<'a>>,
}

#[derive(Serialize)]
struct Begins<'a> {
    step: &'a str,
    runs: &'a str,
    input: (&'a Order,),
}

/// A row, and who waits for it.
struct Write {
    execution: i64,
    step: i64,
    at: i64,
    data: String,
    written: oneshot::Sender<String>,
}

/// The rows that wait to be written.
#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    enough: Condvar,
}

#[derive(Default)]
struct Waiting {
    rows: Vec<Write>,
    /// The writer sleeps until there are so many.
    wanted: usize,
    closed: bool,
}

impl Queue {
    fn change(&self, change: impl FnOnce(&mut Waiting)) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut waiting);
        let enough = waiting.closed || waiting.rows.len() == waiting.wanted;
        drop(waiting);
        if enough {
            self.enough.notify_one();
        }
    }

    /// What is there: at least one, and from then on for so long that many. Empty when the queue is closed.
    fn take(&self, likely: usize, patience: Duration) -> Vec<Write> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        for (wanted, patience) in [(1, Duration::MAX), (likely, patience)] {
            waiting.wanted = wanted;
            let too_few = |waiting: &mut Waiting| waiting.rows.len() < wanted && !waiting.closed;
            let woken = self.enough.wait_timeout_while(waiting, patience, too_few);
            waiting = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
        waiting.wanted = 0;
        let room = Vec::with_capacity(waiting.rows.len());
        std::mem::replace(&mut waiting.rows, room)
    }
}

/// The step itself.
async fn add(order: Order, count: &Count) -> anyhow::Result<Order> {
    count.one_more();
    Ok(Order { total: order.total + 1, ..order })
}

/// One execution, from its row with the input to its last step; gives the bytes of text that it has written.
async fn execute(rows: &Queue, execution: i64, steps: u64, count: &Count) -> anyhow::Result<usize> {
    fn begins<'a>(step: &'a &str, order: &'a Order) -> Begins<'a> {
        Begins { step, runs: "add", input: (order,) }
    }
    let mut names = STEPS.iter().take(steps as usize).peekable();
    let mut order = Order::new();
    let data = serde_json::to_string(&names.peek().map(|first| begins(first, &order)))?;
    let (mut bytes, mut step) = (data.len(), 0);
    write(rows, execution, step, data).await?;
    while let Some(name) = names.next() {
        order = add(order.clone(), count).await?;
        step += 1;
        let next = names.peek().map(|next| begins(next, &order));
        let done = Done { succeeded: name, attempts: 1, output: &order, begins: next };
        let data = serde_json::to_string(&done)?;
        bytes += data.len();
        write(rows, execution, step, data).await?;
    }
    Ok(bytes)
}

async fn write(rows: &Queue, execution: i64, step: i64, data: String) -> anyhow::Result<()> {
    let at = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis() as i64;
    let (written, answer) = oneshot::channel();
    rows.change(|waiting| waiting.rows.push(Write { execution, step, at, data, written }));
    // The text comes back, to be freed by the thread that made it.
    answer.await.context("the writer has failed")?;
    Ok(())
}

/// The thread that writes, with its counts. A table with an index beside it is faster here than one whose key is
/// `(execution, step)`: what many executions do at once lands side by side.
struct Writer {
    rows: Arc<Queue>,
    commits: Arc<AtomicU64>,
    thread: JoinHandle<anyhow::Result<()>>,
}

impl Writer {
    fn start(path: PathBuf) -> anyhow::Result<Self> {
        let connection = Connection::open(path)?;
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -32768; \
             PRAGMA wal_autocheckpoint = 4000; \
             CREATE TABLE steps (number INTEGER PRIMARY KEY, execution INTEGER NOT NULL, step INTEGER NOT NULL, \
             at INTEGER NOT NULL, data TEXT NOT NULL); \
             CREATE UNIQUE INDEX steps_by_execution ON steps (execution, step)",
        )?;
        let (rows, commits) = (Arc::new(Queue::default()), Arc::new(AtomicU64::new(0)));
        let (queue, counted) = (Arc::clone(&rows), Arc::clone(&commits));
        let thread = std::thread::spawn(move || keep(&connection, &queue, &counted));
        Ok(Self { rows, commits, thread })
    }

    fn end(self) -> anyhow::Result<()> {
        self.rows.change(|waiting| waiting.closed = true);
        self.thread.join().ok().context("the writer has panicked")?
    }
}

/// Group commit: what is there, and, for half as long as the last commit took, what will be there in a moment.
fn keep(connection: &Connection, queue: &Queue, commits: &AtomicU64) -> anyhow::Result<()> {
    let mut begin = connection.prepare("BEGIN IMMEDIATE")?;
    let mut insert = connection.prepare("INSERT INTO steps (execution, step, at, data) VALUES (?1, ?2, ?3, ?4)")?;
    let mut commit = connection.prepare("COMMIT")?;
    let (mut likely, mut took) = (1, Duration::ZERO);
    loop {
        let group = queue.take(likely, took / 2);
        if group.is_empty() {
            return Ok(());
        }
        let began = Instant::now();
        begin.execute([])?;
        for row in &group {
            insert.execute(params![row.execution, row.step, row.at, row.data])?;
        }
        commit.execute([])?;
        commits.fetch_add(1, Ordering::Relaxed);
        (likely, took) = (group.len(), began.elapsed());
        for row in group {
            // Whoever does not wait any more has no use for it.
            let _ = row.written.send(row.data);
        }
    }
}

/// Keeps so many executions going, and counts the steps of a while in the middle.
///
/// # Errors
/// When SQLite fails.
pub fn steps(bench: &Bench, path: &Path, in_flight: usize, kind: Kind, time: Duration) -> anyhow::Result<Used> {
    let (count, number) = (Arc::new(Count::default()), Arc::new(AtomicI64::new(0)));
    let writer = Writer::start(path.to_owned())?;
    let used = bench.runtime.block_on(async {
        let stop = Arc::new(AtomicBool::new(false));
        let mut lanes = JoinSet::new();
        for _ in 0..in_flight {
            let (rows, stop, count, number) =
                (Arc::clone(&writer.rows), Arc::clone(&stop), Arc::clone(&count), Arc::clone(&number));
            lanes.spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    execute(&rows, number.fetch_add(1, Ordering::Relaxed), kind.steps(), &count).await?;
                }
                anyhow::Ok(())
            });
        }
        tokio::time::sleep(time / 5).await;
        let (meter, before, commits) = (Meter::start(), count.get(), writer.commits.load(Ordering::Relaxed));
        tokio::time::sleep(time).await;
        let used = meter.stop(count.get() - before, writer.commits.load(Ordering::Relaxed) - commits);
        stop.store(true, Ordering::Relaxed);
        while let Some(lane) = lanes.join_next().await {
            lane??;
        }
        anyhow::Ok(used)
    })?;
    writer.end()?;
    Ok(used)
}

/// The text that one write has on average.
///
/// # Errors
/// When SQLite fails.
pub fn bytes_of_a_write(bench: &Bench) -> anyhow::Result<usize> {
    let writer = Writer::start(bench.file("size-by-hand.db"))?;
    let bytes = bench.runtime.block_on(execute(&writer.rows, 0, Kind::Ten.steps(), &Count::default()))?;
    writer.end()?;
    Ok(bytes / writes(Kind::Ten) as usize)
}
