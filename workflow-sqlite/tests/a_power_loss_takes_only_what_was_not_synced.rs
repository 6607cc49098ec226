//! The power goes: what of the write-ahead log had been synced is there, of the rest any part, or none, or rubbish.
//!
//! When an append is acknowledged, the log has been synced to its length of that moment. Whatever lies behind may be
//! missing from any byte on, or be of the right length with zeros or rubbish in it. Here each cut is told exactly what it
//! may take; the test `power_loss` has an engine on a disk that loses anything that was not synced, at any moment.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use std::fs;

use support::{Place, new, next};
use workflow_runtime::store::*;

const HEADER: usize = 32;
const FRAME: usize = 24 + 4096;
const APPENDS: usize = 4;

/// The number `index` of the appends, which takes several pages of the log.
fn append(index: usize) -> Append {
    let event = NewEvent { kind: "done".to_owned(), path: format!("step-{index}"), data: data(index) };
    Append { events: vec![event].into(), ..next("a", index as u64 + 1) }
}

fn data(index: usize) -> String {
    format!("\"{}\"", char::from(b'a' + index as u8).to_string().repeat(9_000))
}

#[tokio::test]
async fn wherever_the_log_ends() {
    let place = Place::new();
    let log = place.file().with_extension("db-wal");
    let store = place.open().await.unwrap();
    store.create(new("a")).await.unwrap();
    // The length of the log whenever something was acknowledged.
    let mut synced = vec![fs::read(&log).unwrap().len()];
    for index in 0..APPENDS {
        store.append(append(index)).await.unwrap();
        synced.push(fs::read(&log).unwrap().len());
    }
    let (database, whole) = (fs::read(place.file()).unwrap(), fs::read(&log).unwrap());
    assert!(synced.windows(2).all(|pair| pair[1] - pair[0] >= 3 * FRAME), "{synced:?}");

    let mut lost = 0;
    for (acknowledged, ends) in synced.windows(2).enumerate() {
        let frames = (ends[0] - HEADER) / FRAME..=(ends[1] - HEADER) / FRAME;
        let boundaries = frames.map(|frame| HEADER + frame * FRAME);
        let cuts =
            boundaries.flat_map(|at| [at, at + 11, at + 24 + 1_000]).filter(|cut| (ends[0]..ends[1]).contains(cut));
        for cut in cuts {
            let kept = &whole[..cut];
            let zeros = [kept, &vec![0; ends[1] - cut]].concat();
            let rubbish: Vec<u8> = whole[cut..ends[1]].iter().map(|byte| byte ^ 0x5a).collect();
            for log in [kept.to_vec(), zeros, [kept, &rubbish].concat()] {
                let found = after_the_loss(&database, &log).await;
                assert!((acknowledged..=acknowledged + 1).contains(&found), "{found} of {acknowledged} at {cut}");
                lost += usize::from(found == acknowledged);
            }
        }
    }
    assert!(lost > 50, "only {lost} losses took anything");
    assert_eq!(after_the_loss(&database, &whole).await, APPENDS);
}

/// Opens what is left, sees that nothing is half there, and goes on with it. How many appends there are.
async fn after_the_loss(database: &[u8], log: &[u8]) -> usize {
    let place = Place::new();
    fs::write(place.file(), database).unwrap();
    fs::write(place.file().with_extension("db-wal"), log).unwrap();
    let store = place.open().await.unwrap();
    let row = store.load("a").await.unwrap().unwrap();
    let journal = store.history("a", 1).await.unwrap();
    let found = journal.len() - 1;
    assert_eq!(row.revision, found as u64 + 1);
    for (index, event) in journal[1..].iter().enumerate() {
        assert_eq!(event.data, data(index));
    }
    store.append(append(found)).await.unwrap();
    assert_eq!(store.history("a", 1).await.unwrap().len(), found + 2);
    found
}
