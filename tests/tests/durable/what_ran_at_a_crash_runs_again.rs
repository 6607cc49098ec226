use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail};
use workflow_runtime::testing::TestEngine;
use workflow_runtime::{StepContext, step, workflow};

use crate::lab::{Books, World};

/// Its compensation trusts that a failed attempt has done nothing.
#[step(compensate = undo_keen, retry(attempts = 2, backoff = "1s..1s", jitter = false))]
pub async fn keen(books: &Books, ctx: &StepContext) -> Result<()> {
    books.enter(ctx)?;
    tokio::time::sleep(Duration::from_secs(10)).await;
    Ok(())
}

#[step]
pub async fn undo_keen(_nothing: (), books: &Books, ctx: &StepContext) -> Result<()> {
    books.enter(ctx)
}

#[step]
pub async fn gloomy() -> Result<()> {
    tokio::time::sleep(Duration::from_secs(5)).await;
    bail!("rain")
}

workflow! {
    pub async fn picnic() -> Result<()> {
        parallel!(keen(), gloomy()).await?;
        Ok(())
    }
}

/// Its branch is to be stopped, but whether that attempt has done its work nobody knows.
#[tokio::test(start_paused = true)]
async fn a_second_attempt_beside_a_failure() {
    let books = Arc::new(Books::default());
    books.fail("parallel#1/0/keen", 1);
    let world = World { books: Arc::clone(&books) };
    let mut engine = TestEngine::builder(world).workflow::<picnic>().start().await.unwrap();
    engine.start(picnic().id("p")).await.unwrap();
    engine.advance(Duration::from_secs(7)).await;
    assert_eq!(books.calls(), ["p/parallel#1/0/keen"; 2]);
    engine.restart().await.unwrap();
    let run = engine.execution::<picnic>("p").await.unwrap();
    let error = run.result().await.unwrap_err();
    assert_eq!(error.workflow_error().unwrap().undone(), ["parallel#1/0/keen"]);
    assert_eq!(books.count("p/parallel#1/0/keen"), 3);
    assert_eq!(books.count("p/parallel#1/0/keen/undo"), 1);
}
