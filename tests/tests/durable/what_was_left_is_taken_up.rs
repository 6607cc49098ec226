use std::time::Duration;

use anyhow::Result;
use workflow_runtime::store::Store;
use workflow_runtime::{Engine, ExecutionStatus, StepContext, step, workflow};

use crate::ground::{Ground, Place};
use crate::lab::{Books, Lab, MINUTE, World, act, try_act};

/// Never ends in the first life of the process, and at once in the second.
#[step]
pub async fn hang(what: String, books: &Books, ctx: &StepContext) -> Result<String> {
    books.enter(ctx)?;
    if books.count(ctx.idempotency_key()) == 1 {
        std::future::pending::<()>().await;
    }
    Ok(what)
}

workflow! {
    pub async fn hanging(what: String) -> Result<String> {
        let done = act(what).await?;
        hang(done).await
    }
}

workflow! {
    pub async fn napping(what: String) -> Result<String> {
        let done = act(what).await?;
        sleep!("2h").await;
        try_act(done).await
    }
}

async fn hangs<S: Store + Clone>(lab: &Lab<S>, engine: &Engine<World>, id: &str) {
    engine.start(hanging(id.to_owned()).id(id)).await.unwrap();
    let there = async {
        while lab.books.count(&format!("{id}/hang")) == 0 {
            tokio::task::yield_now().await;
        }
    };
    lab.until(Duration::ZERO, there).await;
}

/// The first engine goes with its runtime, as with a killed process: nothing is given back, and its lease runs on.
#[test]
fn at_once_when_the_one_who_had_it_is_dead() {
    let place = Place::new();
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let first = runtime();
    let lab = first.block_on(async {
        let lab = Lab { virtual_time: true, ..Lab::on(place.open().await) };
        let engine = lab.builder().workflow::<hanging>().start().await.unwrap();
        for id in ["h1", "h2", "h3"] {
            hangs(&lab, &engine, id).await;
        }
        assert_eq!(engine.recovered(), 0);
        lab.with(())
    });
    drop(first);
    runtime().block_on(async {
        let lab = lab.with(place.open().await);
        let engine = lab.builder().workflow::<hanging>().at_most(2).start().await.unwrap();
        // Time stands still: nobody waits for the end of a lease.
        let waiting = lab.until(Duration::ZERO, engine.wait_for_recovered(MINUTE)).await.unwrap();
        assert_eq!((engine.recovered(), waiting), (3, 0));
        for id in ["h1", "h2", "h3"] {
            assert_eq!(engine.status(id).await.unwrap(), Some(ExecutionStatus::Completed));
            assert_eq!((lab.books.count(&format!("{id}/act")), lab.books.count(&format!("{id}/hang"))), (1, 2));
        }
        engine.shutdown().await.unwrap();
    });
}

#[tokio::test]
async fn everything_from_before_counts_once_and_nothing_else_does() {
    let lab = Lab::new();
    lab.books.fail("try_act", 1);
    let engine = lab.builder().workflow::<napping>().start().await.unwrap();
    for number in 0..40 {
        let id = format!("n{number}");
        engine.start(napping("x".into()).id(id.clone())).await.unwrap();
        while engine.status(&id).await.unwrap() != Some(ExecutionStatus::Waiting) {
            tokio::task::yield_now().await;
        }
    }
    engine.shutdown().await.unwrap();
    lab.clock.advance(MINUTE * 120);
    let engine = lab.builder().workflow::<napping>().at_most(4).start().await.unwrap();
    engine.start(napping("y".into()).id("new")).await.unwrap();
    let waiting = lab.until(Duration::from_secs(1), engine.wait_for_recovered(MINUTE)).await.unwrap();
    assert_eq!((engine.recovered(), waiting), (40, 0));
    for number in 0..40 {
        assert_eq!(engine.status(&format!("n{number}")).await.unwrap(), Some(ExecutionStatus::Completed));
    }
    assert_eq!(engine.status("new").await.unwrap(), Some(ExecutionStatus::Waiting));
    engine.shutdown().await.unwrap();

    // What sleeps for long is not waited for.
    let engine = lab.builder().workflow::<napping>().start().await.unwrap();
    let waiting = lab.until(Duration::ZERO, engine.wait_for_recovered(MINUTE)).await.unwrap();
    assert_eq!((engine.recovered(), waiting), (0, 1));
}
