//! Executions whose steps write down when they had their effects: how much had been done to the disk by then.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Result, bail};
use rusqlite::Connection;
use workflow_runtime::store::Store;
use workflow_runtime::{Engine, EngineError, ManualClock, Services, StepContext, step, workflow};

use crate::disk::Disk;

/// What steps did.
#[derive(Debug, Default)]
pub struct Books {
    /// The disk under the store, and the path to the database on it.
    disk: Disk,
    path: String,
    effects: Mutex<Vec<Effect>>,
}

/// Something that a step did.
#[derive(Debug, Clone)]
pub(crate) struct Effect {
    /// How much had been done to the disk.
    pub(crate) done: usize,
    pub(crate) execution: String,
    pub(crate) key: String,
}

impl Books {
    pub(crate) fn over(disk: &Disk, path: &str) -> Self {
        Self { disk: disk.clone(), path: path.to_owned(), effects: Mutex::default() }
    }

    fn note(&self, ctx: &StepContext) {
        let (execution, key) = (ctx.execution_id().to_owned(), ctx.idempotency_key().to_owned());
        self.effects.lock().unwrap().push(Effect { done: self.disk.done(), execution, key });
    }

    /// Copies the log into the database, as SQLite does by itself when the log has grown long.
    fn checkpoint(&self, mode: &str) {
        let shell = Connection::open(&self.path).unwrap();
        shell.pragma_update(None, "synchronous", "FULL").unwrap();
        let busy = shell.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| row.get::<_, i64>(0));
        assert!(busy.is_ok(), "{busy:?}");
    }

    pub(crate) fn effects(&self) -> Vec<Effect> {
        self.effects.lock().unwrap().clone()
    }
}

#[derive(Services, Clone)]
pub(crate) struct World {
    pub(crate) books: Arc<Books>,
}

#[step(compensate = undo)]
pub async fn act(number: u64, books: &Books, ctx: &StepContext) -> Result<String> {
    books.note(ctx);
    Ok(number.to_string().repeat(1_500))
}

#[step(retry(attempts = 2))]
pub async fn undo(_done: String, books: &Books, ctx: &StepContext) -> Result<()> {
    books.note(ctx);
    Ok(())
}

#[step]
pub async fn end(fails: bool, checkpoint: Option<String>, books: &Books, ctx: &StepContext) -> Result<()> {
    books.note(ctx);
    if let Some(mode) = checkpoint {
        books.checkpoint(&mode);
    }
    if fails {
        bail!("it was to fail");
    }
    Ok(())
}

workflow! {
    pub async fn chain(fails: bool, checkpoint: Option<String>) -> Result<usize> {
        #[name = "one"]
        let one = act(1).await?;
        #[name = "two"]
        let two = act(2).await?;
        #[name = "three"]
        let three = act(3).await?;
        end(fails, checkpoint).await?;
        Ok(one.len() + two.len() + three.len())
    }
}

/// An execution to be.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) id: String,
    pub(crate) fails: bool,
    pub(crate) checkpoint: Option<&'static str>,
}

impl Order {
    /// Everything that it does, in order.
    pub(crate) fn effects(&self) -> Vec<String> {
        let forward = ["one", "two", "three", "end"];
        let back = ["three/undo", "two/undo", "one/undo"];
        let nodes = forward.iter().chain(back.iter().filter(|_| self.fails));
        nodes.map(|node| format!("{}/{node}", self.id)).collect()
    }

    /// Runs it, or waits for its end, and sees that this is the right one.
    pub(crate) async fn run(&self, engine: &Engine<World>) {
        let run = chain(self.fails, self.checkpoint.map(str::to_owned)).id(self.id.clone());
        match engine.run(run).await {
            Ok(length) => assert!(!self.fails && length == 4_500, "{self:?}: {length}"),
            Err(EngineError::Workflow(error)) => {
                assert!(self.fails && error.undone() == ["three", "two", "one"], "{self:?}: {error}");
            }
            Err(error) => panic!("{self:?}: {error}"),
        }
    }
}

/// An engine so many hours after the first one.
pub(crate) async fn engine(store: impl Store, books: &Arc<Books>, hours: u64) -> Engine<World> {
    let clock = ManualClock::new();
    clock.advance(Duration::from_secs(3_600 * hours));
    let builder = Engine::builder(World { books: Arc::clone(books) }).store(store).clock(clock);
    builder.workflow::<chain>().start().await.unwrap()
}
