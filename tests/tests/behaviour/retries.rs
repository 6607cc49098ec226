//! How often a step is attempted, and when.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Result, anyhow};
use tokio::time::Instant;
use workflow_runtime::{Permanent, Services, StepContext, step, workflow};

use crate::host::{Host, Kind, on_every_host};
use crate::support::*;

/// What was seen of the attempts of a step.
#[derive(Debug, Default)]
struct Attempts(Mutex<Vec<(Instant, u32, String, String)>>);

impl Attempts {
    fn add(&self, input: &str, ctx: &StepContext) {
        let seen = (Instant::now(), ctx.attempt(), input.to_owned(), ctx.idempotency_key().to_owned());
        self.0.lock().unwrap().push(seen);
    }

    /// The time between attempts, in milliseconds.
    fn waits(&self) -> Vec<u128> {
        self.0.lock().unwrap().windows(2).map(|pair| (pair[1].0 - pair[0].0).as_millis()).collect()
    }
}

#[derive(Debug, Clone, Default, Services)]
struct Counted {
    attempts: Arc<Attempts>,
}

#[step(retry(attempts = 3))]
async fn thrice(mut input: String, attempts: &Attempts, ctx: &StepContext) -> Result<String> {
    attempts.add(&input, ctx);
    input.push_str(" spoiled");
    Err(anyhow!("no"))
}

workflow! {
    async fn tries_thrice(x: String) -> Result<String> {
        thrice(x).await
    }
}

// Case 33.
async fn three_attempts_are_three_calls_with_one_input_and_one_key(host: Host) {
    let app = Counted::default();
    let error = host.run(tries_thrice(x()).id("run-1"), &app).await.unwrap_err();
    assert_eq!(error.attempts(), Some(3));
    let seen: Vec<_> =
        app.attempts.0.lock().unwrap().iter().map(|(_, n, input, key)| format!("{n} {input} {key}")).collect();
    assert_eq!(seen, ["1 x run-1/thrice", "2 x run-1/thrice", "3 x run-1/thrice"]);
}

#[step(retry(attempts = 7, backoff = "1s..10s", jitter = false))]
async fn doubling(attempts: &Attempts, ctx: &StepContext) -> Result<()> {
    attempts.add("", ctx);
    Err(anyhow!("no"))
}

#[step(retry(attempts = 100, backoff = "1s..10s"))]
async fn jittery(attempts: &Attempts, ctx: &StepContext) -> Result<()> {
    attempts.add("", ctx);
    Err(anyhow!("no"))
}

workflow! {
    async fn doubles() -> Result<()> {
        doubling().await
    }
}

workflow! {
    async fn jitters() -> Result<()> {
        jittery().await
    }
}

// Case 34.
async fn waits_double_within_their_bounds(host: Host) {
    let app = Counted::default();
    host.run(doubles(), &app).await.unwrap_err();
    assert_eq!(app.attempts.waits(), [1000, 2000, 4000, 8000, 10_000, 10_000]);
}

// Case 34.
async fn jitter_stays_inside_the_bounds_and_varies(host: Host) {
    let app = Counted::default();
    host.run(jitters(), &app).await.unwrap_err();
    let waits = app.attempts.waits();
    assert_eq!(waits.len(), 99);
    // The timer counts whole milliseconds, and rounds up.
    assert!(waits.iter().all(|wait| (1000..=10_001).contains(wait)), "{waits:?}");
    assert!((1000..=2001).contains(&waits[0]), "{waits:?}");
    let mut first_waits = Vec::new();
    for _ in 0..5 {
        let app = Counted::default();
        host.run(jitters(), &app).await.unwrap_err();
        first_waits.push(app.attempts.waits()[0]);
    }
    first_waits.dedup();
    assert!(first_waits.len() > 1, "{first_waits:?}");
}

#[step(retry(attempts = 5))]
async fn hopeless(attempts: &Attempts, ctx: &StepContext) -> Result<()> {
    attempts.add("", ctx);
    let number = "twelve".parse::<u32>().permanent()?;
    Err(anyhow!("{number} is a number"))
}

workflow! {
    async fn gives_up_at_once() -> Result<()> {
        hopeless().await
    }
}

// Case 35.
async fn a_permanent_error_is_not_retried_and_is_found_by_downcast(host: Host) {
    let app = Counted::default();
    let error = host.run(gives_up_at_once(), &app).await.unwrap_err();
    assert_eq!(app.attempts.0.lock().unwrap().len(), 1);
    assert_eq!(error.downcast_ref::<std::num::ParseIntError>().is_some(), !host.is_durable());
    assert_eq!(
        error.to_string(),
        "workflow `gives_up_at_once` failed at `hopeless`: invalid digit found in string; there was nothing to undo"
    );
}

#[step(retry(forever, backoff = "10ms..1h"))]
async fn stubborn(failures: u32, attempts: &Attempts, ctx: &StepContext) -> Result<u32> {
    let mut seen = attempts.0.lock().unwrap();
    seen.clear();
    seen.push((Instant::now(), ctx.attempt(), String::new(), String::new()));
    if ctx.attempt() <= failures { Err(anyhow!("not yet")) } else { Ok(ctx.attempt()) }
}

workflow! {
    async fn tries_forever(failures: u32) -> Result<u32> {
        stubborn(failures).await
    }
}

// Case 36.
async fn ten_thousand_attempts_are_made_if_need_be(host: Host) {
    // Each attempt waits for the disk twice where there is one.
    let failures = if host.kind == Kind::OnSqlite { 500 } else { 10_000 };
    let app = Counted::default();
    let begun = Instant::now();
    assert_eq!(host.run(tries_forever(failures), &app).await.unwrap(), failures + 1);
    assert!(begun.elapsed() > Duration::from_secs(u64::from(failures) * 3000));
}

#[step(retry(attempts = 2))]
async fn half_and_half(log: &Log, ctx: &StepContext) -> Result<u32> {
    log.add(format!("attempt {}", ctx.attempt()));
    if ctx.attempt() == 1 { Err(anyhow!("once")) } else { Ok(7) }
}

workflow! {
    async fn same_every_time() -> Result<u32> {
        half_and_half().await
    }
}

async fn a_workflow_can_be_run_again_and_again(host: Host) {
    let app = App::default();
    for _ in 0..3 {
        assert_eq!(host.run(same_every_time(), &app).await.unwrap(), 7);
    }
    assert_eq!(app.lines().len(), 6);
}

on_every_host![
    three_attempts_are_three_calls_with_one_input_and_one_key,
    waits_double_within_their_bounds,
    jitter_stays_inside_the_bounds_and_varies,
    a_permanent_error_is_not_retried_and_is_found_by_downcast,
    ten_thousand_attempts_are_made_if_need_be,
    a_workflow_can_be_run_again_and_again,
];
