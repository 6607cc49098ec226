//! What a tracing subscriber shows of a run. A binary of its own: tracing remembers for the whole process whether
//! anybody listens, and the other tests do not.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used)]

#[allow(dead_code, reason = "it serves other tests too")]
#[path = "behaviour/support.rs"]
mod support;

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use anyhow::Result;
use tracing_subscriber::fmt::MakeWriter;
use workflow_runtime::workflow;

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

#[tokio::test(start_paused = true)]
async fn a_subscriber_alone_shows_a_readable_run() {
    let buffer = Buffer::default();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(buffer.clone())
        .with_ansi(false)
        .without_time()
        .with_max_level(tracing::Level::INFO)
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let app = App::default().fails("patient");
    place_order(x()).id("order-7").run(&app).await.unwrap_err();
    let shown = String::from_utf8(buffer.0.lock().unwrap().clone()).unwrap();
    insta::assert_snapshot!(shown);
}
