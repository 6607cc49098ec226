//! Ten steps, six of them in a group, and a process that works through some executions of them.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use anyhow::{Result, bail};
use workflow_runtime::{Engine, EngineError, Outcome, Permanent, Services, StepContext, step, workflow};
use workflow_sqlite::SqliteStore;

/// At which node each execution fails, if at any.
pub const FAILS_AT: [&str; 8] = ["", "ten", "", "five", "", "nine", "six", "eight"];

/// Where steps write down that they ran: a file that is only ever added to, as the rest of the world is.
pub struct Effects(File);

#[derive(Services)]
pub struct World {
    effects: Effects,
}

impl Effects {
    fn open(folder: &Path) -> Result<Self> {
        Ok(Self(OpenOptions::new().create(true).append(true).open(folder.join("effects"))?))
    }

    fn write(&self, what: &str, ctx: &StepContext) -> Result<()> {
        Ok((&self.0).write_all(format!("{what} {}\n", ctx.idempotency_key()).as_bytes())?)
    }
}

#[step(compensate = undo_act)]
pub async fn act(fails_at: String, effects: &Effects, ctx: &StepContext) -> Result<String> {
    effects.write("step", ctx)?;
    tokio::time::sleep(Duration::from_millis(1)).await;
    if ctx.node_path().rsplit('/').next() == Some(fails_at.as_str()) {
        return Err(anyhow::anyhow!("it was told to")).permanent();
    }
    Ok(fails_at)
}

#[step]
pub async fn undo_act(_done: Outcome<String>, effects: &Effects, ctx: &StepContext) -> Result<()> {
    effects.write("undo", ctx)?;
    tokio::time::sleep(Duration::from_millis(1)).await;
    Ok(())
}

workflow! {
    pub async fn ten_steps(x: String) -> Result<String> {
        #[name = "one"]
        let x = act(x).await?;
        #[name = "two"]
        let x = act(x).await?;
        let (x, y, z) = parallel!(
            async {
                #[name = "three"]
                let x = act(x).await?;
                #[name = "four"]
                let x = act(x).await?;
                Ok(x)
            },
            async {
                #[name = "five"]
                let x = act(x).await?;
                #[name = "six"]
                let x = act(x).await?;
                Ok(x)
            },
            #[name = "seven"] act(x),
        ).await?;
        #[name = "eight"]
        let x = act(x).await?;
        #[name = "nine"]
        let y = act(y).await?;
        #[name = "ten"]
        let z = act(z).await?;
        Ok(format!("{x}{y}{z}"))
    }
}

/// Begins every execution, or goes on with it, and waits until all have ended.
pub async fn work_through(folder: &Path) -> Result<()> {
    let world = World { effects: Effects::open(folder)? };
    let store = SqliteStore::open(folder.join("shop.db")).await?;
    let engine = Engine::builder(world).store(store).workflow::<ten_steps>().start().await?;
    let mut runs = Vec::new();
    for (index, fails_at) in FAILS_AT.into_iter().enumerate() {
        runs.push(engine.start(ten_steps(fails_at.to_owned()).id(format!("run-{index}"))).await?);
    }
    for (run, fails_at) in runs.into_iter().zip(FAILS_AT) {
        match run.result().await {
            Ok(_) if fails_at.is_empty() => {}
            Err(EngineError::Workflow(_)) if !fails_at.is_empty() => {}
            other => bail!("an execution that was to fail at `{fails_at}` ended so: {other:?}"),
        }
    }
    engine.shutdown().await?;
    Ok(())
}
