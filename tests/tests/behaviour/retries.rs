//! How often a step is attempted, and when.

use std::sync::Mutex;
use std::time::Duration;

use anyhow::{Result, anyhow};
use tokio::time::Instant;
use workflow_runtime::{Permanent, Services, StepContext, step, workflow};

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

#[derive(Debug, Default, Services)]
struct Counted {
    attempts: Attempts,
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
#[tokio::test(start_paused = true)]
async fn three_attempts_are_three_calls_with_one_input_and_one_key() {
    let app = Counted::default();
    let error = tries_thrice(x()).id("run-1").run(&app).await.unwrap_err();
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
#[tokio::test(start_paused = true)]
async fn waits_double_within_their_bounds() {
    let app = Counted::default();
    doubles().run(&app).await.unwrap_err();
    assert_eq!(app.attempts.waits(), [1000, 2000, 4000, 8000, 10_000, 10_000]);
}

// Case 34.
#[tokio::test(start_paused = true)]
async fn jitter_stays_inside_the_bounds_and_varies() {
    let app = Counted::default();
    jitters().run(&app).await.unwrap_err();
    let waits = app.attempts.waits();
    assert_eq!(waits.len(), 99);
    // The timer counts whole milliseconds, and rounds up.
    assert!(waits.iter().all(|wait| (1000..=10_001).contains(wait)), "{waits:?}");
    assert!((1000..=2001).contains(&waits[0]), "{waits:?}");
    let mut first_waits = Vec::new();
    for _ in 0..5 {
        let app = Counted::default();
        jitters().run(&app).await.unwrap_err();
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
#[tokio::test(start_paused = true)]
async fn a_permanent_error_is_not_retried_and_is_found_by_downcast() {
    let app = Counted::default();
    let error = gives_up_at_once().run(&app).await.unwrap_err();
    assert_eq!(app.attempts.0.lock().unwrap().len(), 1);
    assert!(error.downcast_ref::<std::num::ParseIntError>().is_some());
    assert_eq!(
        error.to_string(),
        "workflow `gives_up_at_once` failed at `hopeless`: invalid digit found in string; there was nothing to undo"
    );
}

#[step(retry(forever, backoff = "10ms..1h"))]
async fn stubborn(attempts: &Attempts, ctx: &StepContext) -> Result<u32> {
    let mut seen = attempts.0.lock().unwrap();
    seen.clear();
    seen.push((Instant::now(), ctx.attempt(), String::new(), String::new()));
    if ctx.attempt() <= 10_000 { Err(anyhow!("not yet")) } else { Ok(ctx.attempt()) }
}

workflow! {
    async fn tries_forever() -> Result<u32> {
        stubborn().await
    }
}

// Case 36.
#[tokio::test(start_paused = true)]
async fn ten_thousand_attempts_are_made_if_need_be() {
    let app = Counted::default();
    let begun = Instant::now();
    assert_eq!(tries_forever().run(&app).await.unwrap(), 10_001);
    assert!(begun.elapsed() > Duration::from_secs(9_000 * 3600));
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

#[tokio::test(start_paused = true)]
async fn a_workflow_can_be_run_again_and_again() {
    let app = App::default();
    for _ in 0..3 {
        assert_eq!(same_every_time().run(&app).await.unwrap(), 7);
    }
    assert_eq!(app.lines().len(), 6);
}
