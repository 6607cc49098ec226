//! What a tracing subscriber shows of a run. A binary of its own: tracing remembers for the whole process whether
//! anybody listens, and the other tests do not.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used)]

#[allow(dead_code, reason = "it serves other tests too")]
#[path = "behaviour/support.rs"]
mod support;

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use anyhow::Result;
use tracing::Level;
use tracing_subscriber::fmt::MakeWriter;
use workflow_runtime::{Engine, ExecutionStatus, ManualClock, MemoryStore, workflow};

use crate::support::{App, a, patient, x};

#[derive(Debug, Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Buffer {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

workflow! {
    async fn place_order(x: String) -> Result<String> {
        let order = a(x).await?;
        patient(order).await
    }
}

/// What is shown while this runs.
async fn shown(run: impl Future<Output = ()>) -> String {
    shown_from(Level::INFO, run).await
}

async fn shown_from(level: Level, run: impl Future<Output = ()>) -> String {
    let buffer = Buffer::default();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(buffer.clone())
        .with_ansi(false)
        .without_time()
        .with_max_level(level)
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    run.await;
    String::from_utf8(buffer.0.lock().unwrap().clone()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_subscriber_alone_shows_a_readable_run() {
    let shown = shown(async {
        let app = App::default().fails("patient");
        place_order(x()).id("order-7").run(&app).await.unwrap_err();
    });
    insta::assert_snapshot!(shown.await);
}

/// A line says to which execution and step it belongs also where only warnings are let through.
#[tokio::test(start_paused = true)]
async fn warnings_alone_say_where() {
    let shown = shown_from(Level::WARN, async {
        let app = App::default().fails("patient");
        place_order(x()).id("order-7").run(&app).await.unwrap_err();
    });
    insta::assert_snapshot!(shown.await);
}

#[tokio::test]
async fn of_a_recorded_run_it_shows_the_same_over_several_engines() {
    let shown = shown(async {
        let (store, clock) = (MemoryStore::new(), ManualClock::new());
        let engine = async || {
            let app = App::default().fails("patient");
            Engine::builder(app)
                .store(store.clone())
                .clock(clock.clone())
                .workflow::<place_order>()
                .start()
                .await
                .unwrap()
        };
        // Time stands still, so that the first engine is stopped while the step waits for its second attempt.
        let first = engine().await;
        let run = first.start(place_order(x()).id("order-7")).await.unwrap();
        while run.status().await.unwrap() != ExecutionStatus::Waiting {
            tokio::task::yield_now().await;
        }
        first.shutdown().await.unwrap();
        let second = engine().await;
        let time = tokio::spawn(async move {
            loop {
                for _ in 0..100 {
                    tokio::task::yield_now().await;
                }
                let _ = clock.advance_to_next();
            }
        });
        second.run(place_order(x()).id("order-7")).await.unwrap_err();
        second.run(place_order(x()).id("order-8")).await.unwrap_err();
        time.abort();
        second.shutdown().await.unwrap();
    });
    insta::assert_snapshot!(shown.await);
}

#[tokio::test]
async fn a_recorded_run_that_completes_says_so() {
    let shown = shown(async {
        let engine = Engine::builder(App::default()).store(MemoryStore::new()).workflow::<place_order>();
        let engine = engine.start().await.unwrap();
        engine.run(place_order(x()).id("order-7")).await.unwrap();
        engine.shutdown().await.unwrap();
    });
    insta::assert_snapshot!(shown.await);
}
