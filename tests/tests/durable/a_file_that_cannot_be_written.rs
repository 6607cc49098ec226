//! A full disk, a locked file, a store that may no longer be written, under an engine at work: executions wait, nothing
//! ends otherwise than it would have, no step runs again.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Result;
use workflow_runtime::store::{Store, StoreError};
use workflow_runtime::testing::{Fault, FaultStore, Recorder};
use workflow_runtime::{Engine, EngineError, ExecutionStatus, StepContext, step, workflow};
use workflow_sqlite::SqliteOptions;

use crate::ground::{Ground, Place, on_every_store};
use crate::lab::{Books, Lab, World, end, undo_act};
use crate::rollback_survives::pair;

/// What a step gives, and what is left to give before the disk is full.
const BIG: usize = 100_000;
const ROOM: u64 = 5 * BIG as u64;

#[step(compensate = undo_act)]
pub async fn grow(books: &Books, ctx: &StepContext) -> Result<String> {
    books.enter(ctx)?;
    // Long enough for all to be at work at once.
    tokio::time::sleep(Duration::from_secs(1)).await;
    Ok("x".repeat(BIG))
}

workflow! {
    pub async fn growing(ends: bool) -> Result<usize> {
        #[name = "one"]
        let one = grow().await?;
        #[name = "two"]
        let two = grow().await?;
        #[name = "three"]
        let three = grow().await?;
        if !ends {
            end().await?;
        }
        Ok(one.len() + two.len() + three.len())
    }
}

const IDS: [&str; 4] = ["g1", "g2", "b1", "b2"];

fn ends(id: &str) -> bool {
    id.starts_with('g')
}

/// Fills the file with what can go again.
fn crowd(place: &Place) {
    place.shell().execute_batch("CREATE TABLE ballast AS SELECT zeroblob(2000000) AS data").unwrap();
}

fn make_room(place: &Place) {
    place.shell().execute_batch("DELETE FROM ballast").unwrap();
}

/// The steps whose success is recorded.
async fn acknowledged(store: &impl Store) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for id in IDS {
        let journal = store.history(id, 1).await.unwrap();
        keys.extend(journal.iter().filter(|e| e.kind == "step.succeeded").map(|e| format!("{id}/{}", e.path)));
    }
    keys
}

async fn statuses(engine: &Engine<World>) -> Vec<ExecutionStatus> {
    let mut statuses = Vec::new();
    for id in IDS {
        statuses.push(engine.status(id).await.unwrap().unwrap());
    }
    statuses
}

/// Sees that everything ends as it would have, and that each step and each undo has run once.
async fn ends_well<S: Store + Clone>(lab: &Lab<S>, engine: &Engine<World>) {
    for id in IDS {
        let result = engine.execution::<growing>(id).await.unwrap().result().await;
        match result {
            Ok(length) => assert!(ends(id) && length == 3 * BIG, "{id}: {length}"),
            Err(EngineError::Workflow(error)) => assert!(!ends(id) && error.undone().len() == 3, "{id}: {error}"),
            Err(error) => panic!("{id}: {error}"),
        }
    }
    let calls = lab.books.calls();
    let once: BTreeSet<&String> = calls.iter().collect();
    assert_eq!(once.len(), calls.len(), "something ran twice: {calls:?}");
    assert_eq!(calls.len(), 2 * 3 + 2 * 7, "{calls:?}");
}

/// The disk is full for so long.
async fn full_for(outage: Duration) -> String {
    let place = Place::new();
    drop(place.open().await);
    crowd(&place);
    let size = std::fs::metadata(place.file()).unwrap().len();
    let lab = Lab { virtual_time: true, ..Lab::on(place.open_with(SqliteOptions::new().max_bytes(size + ROOM)).await) };
    for id in IDS.iter().filter(|id| !ends(id)) {
        lab.books.fail(&format!("{id}/if#1/0/end"), 1);
    }
    let recorder = Recorder::new();
    let engine = lab.builder().workflow::<growing>().observer(&recorder).start().await.unwrap();
    let mut runs = Vec::new();
    for id in IDS {
        runs.push(engine.start(growing(ends(id)).id(id)).await.unwrap());
    }
    tokio::time::sleep(outage).await;
    let statuses = statuses(&engine).await;
    assert!(statuses.contains(&ExecutionStatus::Running), "{statuses:?}");
    let (recorded, calls) = (acknowledged(&lab.store).await, lab.books.calls());
    assert!(recorded.len() < calls.len(), "everything was recorded: {recorded:?}");
    let told = recorder.to_string();
    assert!(told.contains("not yet written: there is no room left for `"), "{told}");
    if outage > Duration::from_secs(60) {
        for (run, status) in runs.into_iter().zip(statuses) {
            if status == ExecutionStatus::Running {
                let error = run.result().await.unwrap_err();
                assert!(matches!(error, EngineError::Store(StoreError::Full { .. })), "{error:?}");
            }
        }
    }

    make_room(&place);
    ends_well(&lab, &engine).await;
    engine.shutdown().await.unwrap();
    let check: String = place.shell().query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
    told
}

#[tokio::test(start_paused = true)]
async fn a_full_disk_that_has_room_again_soon() {
    let told = full_for(Duration::from_secs(10)).await;
    assert!(!told.contains("not written"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn a_full_disk_that_stays_full_for_an_hour() {
    let told = full_for(Duration::from_secs(3_600)).await;
    let failed = told.lines().filter(|line| line.starts_with("not written: there is no room left")).count();
    assert!((1..=IDS.len()).contains(&failed), "{failed} and not once for each execution: {told}");
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_ends_on_a_full_disk_leaves_it_to_the_next() {
    let place = Place::new();
    drop(place.open().await);
    crowd(&place);
    let size = std::fs::metadata(place.file()).unwrap().len();
    let store = place.open_with(SqliteOptions::new().max_bytes(size + ROOM)).await;
    let lab = Lab { virtual_time: true, ..Lab::on(store) };
    for id in IDS.iter().filter(|id| !ends(id)) {
        lab.books.fail(&format!("{id}/if#1/0/end"), 1);
    }
    let engine = lab.builder().workflow::<growing>().start().await.unwrap();
    for id in IDS {
        engine.start(growing(ends(id)).id(id)).await.unwrap();
    }
    tokio::time::sleep(Duration::from_secs(120)).await;
    engine.shutdown().await.unwrap();
    drop(engine);
    let (recorded, before) = (acknowledged(&lab.store).await, lab.books.calls());
    make_room(&place);

    let next = lab.with(place.open().await);
    let engine = next.builder().workflow::<growing>().start().await.unwrap();
    for id in IDS {
        let result = engine.run(growing(ends(id)).id(id)).await;
        assert_eq!(result.is_ok(), ends(id), "{id}: {result:?}");
    }
    engine.shutdown().await.unwrap();
    // What was in flight when the engine ended ran again, and nothing else.
    let after = next.books.calls().split_off(before.len());
    for key in &after {
        assert!(!recorded.contains(key), "`{key}` was recorded, and ran again: {after:?}");
        assert_eq!(after.iter().filter(|other| *other == key).count(), 1, "{after:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_that_another_program_locks_for_a_while() {
    let place = Place::new();
    let store = place.open_with(SqliteOptions::new().busy_timeout(Duration::from_millis(1))).await;
    let lab = Lab { virtual_time: true, ..Lab::on(store) };
    for id in IDS.iter().filter(|id| !ends(id)) {
        lab.books.fail(&format!("{id}/if#1/0/end"), 1);
    }
    let recorder = Recorder::new();
    let engine = lab.builder().workflow::<growing>().observer(&recorder).start().await.unwrap();
    let runs = IDS.map(|id| engine.start(growing(ends(id)).id(id)));
    drop(futures_util::future::try_join_all(runs).await.unwrap());
    let shell = place.shell();
    while shell.execute_batch("BEGIN EXCLUSIVE").is_err() {}
    tokio::time::sleep(Duration::from_secs(20)).await;
    let told = recorder.to_string();
    assert!(told.contains("not yet written: ") && told.contains("is locked by another program"), "{told}");
    assert_eq!(statuses(&engine).await, [ExecutionStatus::Running; 4]);
    shell.execute_batch("ROLLBACK").unwrap();
    ends_well(&lab, &engine).await;
    engine.shutdown().await.unwrap();
}

async fn a_store_that_may_no_longer_be_written<G: Ground>() {
    let ground = G::new();
    let lab = Lab { virtual_time: true, ..Lab::on(FaultStore::new(ground.open().await)) };
    let recorder = Recorder::new();
    let engine = lab.builder().workflow::<pair>().observer(&recorder).start().await.unwrap();
    lab.store.inject(Fault::ReadOnly);
    let error = engine.start(pair("x".into()).id("late")).await.unwrap_err();
    assert!(matches!(error, EngineError::Store(StoreError::ReadOnly { .. })), "{error:?}");
    lab.store.heal();
    let run = engine.start(pair("x".into()).id("p")).await.unwrap();
    lab.store.inject(Fault::ReadOnly);
    let error = run.result().await.unwrap_err();
    assert!(error.to_string().contains("cannot be written: see to the permissions"), "{error}");
    assert!(recorder.to_string().contains("not written: "), "{recorder}");
    // Nobody tries again: that would change nothing before somebody has seen to it.
    tokio::time::sleep(Duration::from_secs(300)).await;
    assert_eq!(lab.books.calls(), ["p/one"]);
    assert_eq!(engine.status("p").await.unwrap(), Some(ExecutionStatus::Running));
    assert_eq!(engine.status("late").await.unwrap(), None);
    engine.shutdown().await.unwrap();

    let next = lab.with(ground.open().await);
    let engine = next.builder().workflow::<pair>().start().await.unwrap();
    assert_eq!(engine.run(pair("x".into()).id("p")).await.unwrap(), "x!!");
    assert_eq!(lab.books.calls(), ["p/one", "p/one", "p/two"]);
    engine.shutdown().await.unwrap();
}

on_every_store![a_store_that_may_no_longer_be_written];
