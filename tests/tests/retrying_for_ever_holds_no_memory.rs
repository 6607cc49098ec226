//! A step that is tried ten thousand times leaves nothing behind: what is alive on the heap does not grow with attempts.
//!
//! A test target of its own, because it counts what the whole process allocates.

use std::alloc::System;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Result, anyhow};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use workflow_runtime::{Services, StepContext, step, workflow};

#[global_allocator]
static HEAP: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Bytes alive on the heap at an attempt.
fn alive() -> usize {
    let stats = HEAP.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}

#[derive(Debug, Default)]
struct Gauge {
    early: AtomicUsize,
    late: AtomicUsize,
}

#[derive(Services, Debug, Default)]
struct App {
    gauge: Gauge,
}

#[step(retry(forever, backoff = "10ms..1h"))]
async fn stubborn(gauge: &Gauge, ctx: &StepContext) -> Result<u32> {
    match ctx.attempt() {
        100 => gauge.early.store(alive(), Ordering::Relaxed),
        10_000 => gauge.late.store(alive(), Ordering::Relaxed),
        _ => {}
    }
    if ctx.attempt() <= 10_000 { Err(anyhow!("not yet")) } else { Ok(ctx.attempt()) }
}

workflow! {
    async fn tries_forever() -> Result<u32> {
        stubborn().await
    }
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_attempts_hold_no_more_than_a_hundred() {
    let app = App::default();
    assert_eq!(tries_forever().run(&app).await.unwrap(), 10_001);
    let (early, late) = (app.gauge.early.load(Ordering::Relaxed), app.gauge.late.load(Ordering::Relaxed));
    assert!(early > 0);
    assert!(late < early + 1024, "{early} bytes at attempt 100, {late} at attempt 10,000");
}
