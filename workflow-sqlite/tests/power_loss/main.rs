//! The power goes at any moment: whatever was acknowledged is there, and what was under way goes on.
//!
//! An engine works on a disk that writes down every write and every sync that SQLite asks for, from the making of the file
//! over checkpoints and a restart to the end. Then the power goes after each of them. What is left is made up at random
//! from what a disk may hold ([`loss`] says what that is), and another engine goes on with it; some of these lose the power
//! again. The record is SQLite's own: what it syncs, and when, is what it does on any file system.
//!
//! Shown by what steps did: none runs again once its success was durable, which it was if the next one had begun.
//!
//! Not shown: what a file system or a drive does that loses what it has said to be synced.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod disk;
mod loss;
mod vfs;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fastrand::Rng;
use rusqlite::Connection;
use workflow_runtime::store::Store;
use workflow_sqlite::SqliteStore;

use crate::disk::{Disk, Op};
use crate::loss::Medium;
use crate::vfs::{Cable, DATABASE};
use crate::world::{Books, Order, engine};

/// What happened until the power went.
#[derive(Debug, Clone, Default)]
struct Past {
    asked: Vec<Order>,
    ended: BTreeSet<String>,
    /// The keys of the effects of each execution, in order.
    effects: BTreeMap<String, Vec<String>>,
}

/// A whole run, with how much had been done to the disk whenever something happened.
struct Recording {
    log: Vec<Op>,
    asked: Vec<(usize, Order)>,
    ended: Vec<(usize, String)>,
    effects: Vec<world::Effect>,
}

impl Recording {
    async fn make() -> Self {
        let disk = Disk::default();
        let cable = Cable::to(&disk);
        let path = cable.path();
        let books = Arc::new(Books::over(&disk, &path));
        let (mut asked, mut ended, mut count) = (Vec::new(), Vec::new(), 0);
        // The second store begins with a file that the first one has closed.
        for (hours, checkpoints) in [(0, [None, Some("PASSIVE"), Some("RESTART")]), (1, [None, Some("TRUNCATE"), None])]
        {
            let engine = engine(SqliteStore::open(&path).await.unwrap(), &books, hours).await;
            for checkpoint in checkpoints {
                let pair = [false, true].map(|fails| {
                    count += 1;
                    Order { id: format!("order-{count}"), fails, checkpoint: checkpoint.filter(|_| fails) }
                });
                asked.extend(pair.iter().map(|order| (disk.done(), order.clone())));
                let [first, second] = &pair;
                tokio::join!(first.run(&engine), second.run(&engine));
                ended.extend(pair.iter().map(|order| (disk.done(), order.id.clone())));
            }
            engine.shutdown().await.unwrap();
        }
        Self { log: disk.log(), asked, ended, effects: books.effects() }
    }

    fn past(&self, done: usize) -> Past {
        let mut past = Past {
            asked: self.asked.iter().filter(|(at, _)| *at <= done).map(|(_, order)| order.clone()).collect(),
            ended: self.ended.iter().filter(|(at, _)| *at <= done).map(|(_, id)| id.clone()).collect(),
            effects: BTreeMap::new(),
        };
        past.and_then(&self.effects, done);
        past
    }
}

impl Past {
    /// Adds what happened until so much had been done to the disk.
    fn and_then(&mut self, effects: &[world::Effect], done: usize) {
        for effect in effects.iter().filter(|effect| effect.done <= done) {
            self.effects.entry(effect.execution.clone()).or_default().push(effect.key.clone());
        }
    }

    /// Sees that what happened from then on is what had to.
    fn continues_with(&self, effects: &[world::Effect]) {
        for order in &self.asked {
            let after: Vec<&String> =
                effects.iter().filter(|effect| effect.execution == order.id).map(|effect| &effect.key).collect();
            let before = self.effects.get(&order.id).cloned().unwrap_or_default();
            if self.ended.contains(&order.id) {
                assert!(after.is_empty(), "`{}` had ended, and did {after:?} again", order.id);
            }
            let in_flight = before.last();
            for key in before.iter().filter(|key| Some(*key) != in_flight) {
                assert!(!after.contains(&key), "`{key}` had succeeded for good, and ran again: {before:?}, {after:?}");
            }
            let mut all: Vec<&String> = before.iter().chain(after.iter().copied()).collect();
            all.dedup();
            assert!(all.iter().copied().eq(&order.effects()), "{order:?}: {before:?}, then {after:?}");
        }
    }
}

/// Opens what is left, and goes on with it to the end.
async fn goes_on(path: &str, disk: &Disk, past: &Past, hours: u64) -> Vec<world::Effect> {
    let store = SqliteStore::open(path).await.unwrap_or_else(|error| panic!("{error}"));
    let check = Connection::open(path).unwrap().query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0));
    assert_eq!(check.unwrap(), "ok");
    for (id, effects) in &past.effects {
        let row = store.load(id).await.unwrap().unwrap_or_else(|| panic!("`{id}` is gone, which did {effects:?}"));
        assert!(row.status.is_finished() || !past.ended.contains(id), "`{id}` had ended, and is {}", row.status);
    }
    let books = Arc::new(Books::over(disk, path));
    let engine = engine(store, &books, hours).await;
    futures_util::future::join_all(past.asked.iter().map(|order| order.run(&engine))).await;
    engine.shutdown().await.unwrap();
    drop(engine);
    let effects = books.effects();
    past.continues_with(&effects);
    effects
}

/// Goes on after a loss; perhaps the power goes again on the way.
async fn survives(files: BTreeMap<String, Vec<u8>>, past: &Past, again: bool, rng: &mut Rng) {
    // By then the leases of those before are over.
    let hours = if again { 24 } else { 48 };
    let disk = Disk::with(files.clone());
    let cable = Cable::to(&disk);
    let effects = goes_on(&cable.path(), &disk, past, hours).await;
    if again {
        let log = disk.log();
        let done = rng.usize(..=log.len());
        let mut medium = Medium::with(&files);
        log[..done].iter().for_each(|op| medium.play(op));
        let mut past = past.clone();
        past.and_then(&effects, done);
        Box::pin(survives(medium.after_a_loss(rng), &past, false, rng)).await;
    }
}

/// The same on real files, beside which there may be any index of the log, or none: it is not synced, ever.
async fn survives_on_files(files: &BTreeMap<String, Vec<u8>>, past: &Past, rng: &mut Rng) {
    let directory = tempfile::tempdir().unwrap();
    if rng.bool() {
        let index: Vec<u8> = std::iter::repeat_with(|| rng.u8(..)).take(32_768).collect();
        std::fs::write(directory.path().join(format!("{DATABASE}-shm")), index).unwrap();
    }
    for (name, file) in files {
        std::fs::write(directory.path().join(name), file).unwrap();
    }
    let path = directory.path().join(DATABASE);
    goes_on(path.to_str().unwrap(), &Disk::default(), past, 24).await;
}

#[tokio::test]
async fn after_any_write() {
    let recording = Recording::make().await;
    let count = |found: fn(&Op) -> bool| recording.log.iter().filter(|op| found(op)).count();
    let pages = count(|op| matches!(op, Op::Write { file, data, .. } if file == DATABASE && data.len() == 4096));
    let syncs = count(|op| matches!(op, Op::Sync(_)));
    assert!(pages > 40 && syncs > 50, "{pages} pages of the database and {syncs} syncs are too few to be a test");
    let mut rng = Rng::new();
    let mut medium = Medium::default();
    for done in 0..=recording.log.len() {
        let past = recording.past(done);
        let files = medium.after_a_loss(&mut rng);
        let lengths: Vec<_> = files.iter().map(|(name, file)| (name, file.len())).collect();
        eprintln!("lost after {done} of {}: {lengths:?}", recording.log.len());
        if done % 25 == 0 {
            survives_on_files(&files, &past, &mut rng).await;
        }
        survives(files, &past, done % 5 == 0, &mut rng).await;
        if let Some(op) = recording.log.get(done) {
            medium.play(op);
        }
    }
}
