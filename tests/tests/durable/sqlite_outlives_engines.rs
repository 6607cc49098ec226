use std::path::PathBuf;

use workflow_runtime::ExecutionStatus;
use workflow_runtime::store::Store;
use workflow_runtime::testing::{Fault, FaultStore};
use workflow_sqlite::SqliteStore;

use crate::lab::{Lab, MINUTE, Plan, journey};

/// A directory that goes with the test.
pub(crate) struct Place(PathBuf);

impl Place {
    pub(crate) fn new(name: &str) -> Self {
        let place = std::env::temp_dir().join(format!("workflow-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&place).unwrap();
        Self(place)
    }

    pub(crate) async fn open(&self) -> SqliteStore {
        SqliteStore::open(self.0.join("durable.db")).await.unwrap()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const RESULT: [&str; 7] = ["plan!", "plan!!", "plan!!!", "plan!!!!?", "plan!!!", "x!+y!", "x!+y!"];

#[tokio::test]
async fn a_result_is_there_for_the_next_engine() {
    let place = Place::new("next");
    let lab = Lab { virtual_time: true, ..Lab::on(place.open().await) };
    let engine = lab.builder().workflow::<journey>().start().await.unwrap();
    assert_eq!(lab.until(MINUTE, engine.run(journey(Plan::new(true)).id("j"))).await.unwrap(), RESULT);
    engine.shutdown().await.unwrap();
    drop(engine);
    let next = lab.with(place.open().await);
    let engine = next.builder().workflow::<journey>().start().await.unwrap();
    assert_eq!(engine.status("j").await.unwrap(), Some(ExecutionStatus::Completed));
    let calls = next.books.calls().len();
    assert_eq!(next.until(MINUTE, engine.run(journey(Plan::new(true)).id("j"))).await.unwrap(), RESULT);
    assert_eq!(next.books.calls().len(), calls);
    engine.shutdown().await.unwrap();
}

#[tokio::test]
async fn whatever_write_it_stopped_at() {
    for write in (2..12).step_by(2) {
        let place = Place::new(&format!("stop-{write}"));
        let store = FaultStore::new(place.open().await);
        let lab = Lab { virtual_time: true, ..Lab::on(store.clone()) };
        store.inject(Fault::StopAfter(write));
        let engine = lab.builder().workflow::<journey>().start().await.unwrap();
        engine.start(journey(Plan::new(true)).id("j")).await.unwrap();
        lab.until(MINUTE, store.stopped()).await;
        let known = store.inner().history("j", 1).await.unwrap();
        let next = lab.with(place.open().await);
        let engine = next.builder().workflow::<journey>().start().await.unwrap();
        let run = engine.execution::<journey>("j").await.unwrap();
        assert_eq!(next.until(MINUTE, run.result()).await.unwrap(), RESULT, "stopped after {write}");
        for done in known.iter().filter(|event| event.kind == "step.succeeded") {
            assert_eq!(next.books.count(&format!("j/{}", done.path)), 1, "{} after {write}", done.path);
        }
        engine.shutdown().await.unwrap();
    }
}

#[tokio::test]
async fn many_at_once() {
    let place = Place::new("many");
    let lab = Lab { virtual_time: true, ..Lab::on(place.open().await) };
    let engine = lab.builder().workflow::<journey>().start().await.unwrap();
    let mut runs = Vec::new();
    for number in 0..100 {
        runs.push(engine.start(journey(Plan::new(true)).id(format!("j{number}"))).await.unwrap());
    }
    for run in runs {
        assert_eq!(lab.until(MINUTE, run.result()).await.unwrap(), RESULT);
    }
    for number in 0..100 {
        assert_eq!(lab.books.count(&format!("j{number}/leg/first")), 1);
    }
    engine.shutdown().await.unwrap();
}
