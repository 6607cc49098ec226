//! Two processes with an engine each on one file. One is killed in the middle, the other takes over what it had: each
//! node of each execution runs once, but for those that ran when the process died.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Result;
use futures_util::future::join_all;
use workflow_runtime::{Engine, Services, StepContext, step, workflow};
use workflow_sqlite::SqliteStore;

/// Set for the process that is killed: the folder of both.
const FOLDER: &str = "WORKFLOW_TWO_ENGINES_TEST_FOLDER";
const EACH: usize = 500;

/// A file in which both processes write down what they do.
pub struct Book(PathBuf);

#[derive(Services)]
struct World {
    book: Book,
}

/// Gives the process in which it ran. What is acknowledged says so for good.
#[step]
async fn work(book: &Book, ctx: &StepContext) -> Result<u32> {
    let line = format!("{} {}\n", ctx.idempotency_key(), std::process::id());
    std::fs::OpenOptions::new().append(true).create(true).open(&book.0)?.write_all(line.as_bytes())?;
    if std::env::var_os(FOLDER).is_some() && ctx.node_path() == "third" {
        // The process that is killed has not come to the end of anything.
        std::future::pending::<()>().await;
    }
    tokio::time::sleep(Duration::from_millis(5)).await;
    Ok(std::process::id())
}

workflow! {
    async fn three() -> Result<[u32; 3]> {
        #[name = "first"]
        let first = work().await?;
        #[name = "second"]
        let second = work().await?;
        #[name = "third"]
        let third = work().await?;
        Ok([first, second, third])
    }
}

async fn engine(folder: &Path) -> Engine<World> {
    let store = SqliteStore::open(folder.join("executions.db")).await.unwrap();
    let builder = Engine::builder(World { book: Book(folder.join("book")) }).store(store).workflow::<three>();
    builder.lease(Duration::from_secs(2)).start().await.unwrap()
}

/// What the process does that is killed. In the first one, where the variable is not set, there is nothing to do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_the_process_that_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let engine = engine(&folder).await;
    for started in join_all((EACH..2 * EACH).map(|number| engine.start(three().id(format!("e{number}"))))).await {
        started.unwrap();
    }
    tokio::time::sleep(Duration::from_secs(120)).await;
}

/// Who ran which node how often.
fn read(folder: &Path) -> BTreeMap<(String, u32), usize> {
    let book = std::fs::read_to_string(folder.join("book")).unwrap_or_default();
    let mut seen = BTreeMap::new();
    for (key, process) in book.lines().filter_map(|line| line.split_once(' ')) {
        *seen.entry((key.to_owned(), process.parse().unwrap())).or_default() += 1;
    }
    seen
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_is_killed_and_the_other_takes_over() {
    let folder = tempfile::tempdir().unwrap();
    let mut other = Command::new(std::env::current_exe().unwrap())
        .args(["as_the_process_that_is_killed", "--exact"])
        .env(FOLDER, folder.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let (me, it) = (std::process::id(), other.id());
    let engine = engine(folder.path()).await;
    let mut mine = Vec::new();
    for started in join_all((0..EACH).map(|number| engine.start(three().id(format!("e{number}"))))).await {
        mine.push(started.unwrap());
    }
    let begun = Instant::now();
    while read(folder.path()).keys().filter(|(_, process)| *process == it).count() < EACH + EACH / 5 {
        assert!(begun.elapsed() < Duration::from_secs(60), "the other process does not get on");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    other.kill().unwrap();
    other.wait().unwrap();

    let mut taken_over = 0;
    let runs = join_all((0..2 * EACH).map(|number| engine.run(three().id(format!("e{number}")))));
    let results = tokio::time::timeout(Duration::from_secs(120), runs).await.expect("the other's executions lie there");
    let seen = read(folder.path());
    for (number, result) in results.into_iter().enumerate() {
        let processes = result.unwrap();
        let mut again = 0;
        for (node, by) in ["first", "second", "third"].into_iter().zip(processes) {
            let ran = |process| seen.get(&(format!("e{number}/{node}"), process)).copied().unwrap_or_default();
            let of_the_other = if by == it { me } else { it };
            assert_eq!(ran(by), 1, "`{node}` of e{number}");
            // It ran in the process that was killed, which never learned that it was done.
            let unfinished = usize::from(by == me && number >= EACH);
            assert!(ran(of_the_other) <= unfinished, "`{node}` of e{number} was acknowledged, and ran again");
            again += ran(of_the_other);
        }
        assert!(again <= 1, "e{number} ran {again} nodes again");
        taken_over += usize::from(processes.contains(&it) && processes.contains(&me));
    }
    assert!(taken_over > 0, "nothing was left to take over");
    for run in mine {
        assert_eq!(run.result().await.unwrap(), [me; 3]);
    }
    engine.shutdown().await.unwrap();
}
