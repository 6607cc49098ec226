//! What a run in process holds while its steps wait, and how often it allocates: what `docs/speed.md` says of both stays true.
//!
//! A test target of its own with one test, because it counts what the whole process allocates.

use std::alloc::System;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use anyhow::Result;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use workflow_runtime::{Services, step, workflow};

#[global_allocator]
static HEAP: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

#[derive(Services, Debug, Default)]
struct App {}

#[step]
async fn wait(id: u64) -> Result<u64> {
    std::future::pending::<()>().await;
    Ok(id)
}

#[step(compensate = minus)]
async fn plus(n: u64) -> Result<u64> {
    Ok(n + 1)
}

#[step]
async fn minus(n: u64) -> Result<()> {
    let _ = n;
    Ok(())
}

workflow! {
    async fn waits(id: u64) -> Result<u64> {
        let id = wait(id).await?;
        Ok(id)
    }
}

workflow! {
    async fn waits_ten_times(ids: Vec<u64>) -> Result<Vec<u64>> {
        let ids = parallel!(for id in ids { wait(id).await? }).await?;
        Ok(ids)
    }
}

workflow! {
    async fn waits_beside(id: u64) -> Result<u64> {
        let (a, b, c, d, e) = parallel!(wait(id), wait(id), wait(id), wait(id), wait(id)).await?;
        Ok(a + b + c + d + e)
    }
}

workflow! {
    async fn counts(n: u64) -> Result<u64> {
        let n = plus(n).await?;
        #[name = "second"]
        let n = plus(n).await?;
        #[name = "third"]
        let n = plus(n).await?;
        Ok(n)
    }
}

/// What is alive of a run that waits, the values of its steps and their futures included.
fn held<T>(run: impl Fn() -> T) -> isize
where
    T: Future,
{
    let waits = |run: T| {
        let region = Region::new(HEAP);
        let mut run = pin!(run);
        assert!(matches!(run.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Pending));
        let stats = region.change();
        stats.bytes_allocated as isize - stats.bytes_deallocated as isize
    };
    // The first one builds the graph.
    waits(run());
    waits(run())
}

fn allocations<T: Future>(run: impl Fn() -> T) -> usize {
    let ends = || {
        let region = Region::new(HEAP);
        assert!(pin!(run()).poll(&mut Context::from_waker(Waker::noop())).is_ready());
        region.change().allocations
    };
    ends();
    ends()
}

#[test]
fn a_run_holds_little() {
    let app = App::default();
    let one = held(|| async { waits(1).run(&app).await });
    assert!((1..=568).contains(&one), "one step in flight: {one} bytes");
    let five = held(|| async { waits_beside(1).run(&app).await });
    assert!((1..=1208).contains(&five), "five branches in flight: {five} bytes");
    let ids: Vec<u64> = (0..10).collect();
    let loops = held(|| async { waits_ten_times(ids.clone()).run(&app).await });
    assert!((1..=3608).contains(&loops), "ten items in flight: {loops} bytes");
    // The future of the run, its values, its log, the input and the result; then two for each step.
    let three = allocations(|| async { counts(1).run(&app).await });
    assert!((1..=5 + 2 * 3).contains(&three), "three steps: {three} allocations");
}
