//! The workflows: steps that do next to nothing, so that what is measured is the recording.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use workflow_runtime::{Services, StepContext, step, workflow};

/// How many steps have run.
#[derive(Debug, Default)]
pub struct Count(AtomicU64);

impl Count {
    /// So many until now.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn one_more(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Where steps wait until they are let through.
#[derive(Debug)]
pub struct Gate {
    waiting: AtomicUsize,
    permits: Semaphore,
}

impl Default for Gate {
    fn default() -> Self {
        Self { waiting: AtomicUsize::new(0), permits: Semaphore::new(0) }
    }
}

impl Gate {
    /// How many steps have come to the gate.
    #[must_use]
    pub fn arrived(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Lets so many through.
    pub fn open_for(&self, steps: usize) {
        self.permits.add_permits(steps);
    }
}

/// The container.
#[derive(Debug, Default, Services)]
pub struct App {
    /// Counts every step.
    pub count: Count,
    /// Holds some of them.
    pub gate: Gate,
}

/// What an order looks like while it is worked on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Order {
    /// What was done so far.
    pub total: u64,
    /// Who it is for.
    pub customer: String,
}

impl Order {
    /// An order of which nothing is done.
    #[must_use]
    pub fn new() -> Self {
        Self { total: 0, customer: "Ada Lovelace, 12 St James's Square, London".to_owned() }
    }
}

impl Default for Order {
    fn default() -> Self {
        Self::new()
    }
}

/// Adds one.
///
/// # Errors
/// Never.
#[step(compensate = take_off)]
pub async fn add(order: Order, count: &Count) -> Result<Order> {
    count.one_more();
    Ok(Order { total: order.total + 1, ..order })
}

/// Undoes `add`.
///
/// # Errors
/// Never.
#[step]
pub async fn take_off(order: Order) -> Result<()> {
    drop(order);
    Ok(())
}

workflow! {
    /// Three steps.
    pub async fn sum_three(order: Order) -> Result<Order> {
        #[name = "step-1"]
        let order = add(order).await?;
        #[name = "step-2"]
        let order = add(order).await?;
        #[name = "step-3"]
        let order = add(order).await?;
        Ok(order)
    }
}

workflow! {
    /// Ten steps.
    pub async fn sum_ten(order: Order) -> Result<Order> {
        #[name = "step-1"]
        let order = add(order).await?;
        #[name = "step-2"]
        let order = add(order).await?;
        #[name = "step-3"]
        let order = add(order).await?;
        #[name = "step-4"]
        let order = add(order).await?;
        #[name = "step-5"]
        let order = add(order).await?;
        #[name = "step-6"]
        let order = add(order).await?;
        #[name = "step-7"]
        let order = add(order).await?;
        #[name = "step-8"]
        let order = add(order).await?;
        #[name = "step-9"]
        let order = add(order).await?;
        #[name = "step-10"]
        let order = add(order).await?;
        Ok(order)
    }
}

/// Waits at the gate.
///
/// # Errors
/// When the gate is gone.
#[step]
pub async fn pass(id: u64, gate: &Gate, count: &Count) -> Result<u64> {
    gate.waiting.fetch_add(1, Ordering::Relaxed);
    gate.permits.acquire().await?.forget();
    count.one_more();
    Ok(id)
}

workflow! {
    /// A step that returns at once, one that waits at the gate, and one after it.
    pub async fn blocked(order: Order) -> Result<u64> {
        #[name = "before"]
        let order = add(order).await?;
        let through = pass(order.total).await?;
        #[name = "after"]
        let order = add(order).await?;
        Ok(order.total + through)
    }
}

workflow! {
    /// A step, a long sleep, and a step.
    pub async fn nap(order: Order) -> Result<u64> {
        #[name = "before"]
        let order = add(order).await?;
        sleep!("365d").await;
        #[name = "after"]
        let order = add(order).await?;
        Ok(order.total)
    }
}

/// A text of so many bytes.
///
/// # Errors
/// Never.
#[step]
pub async fn write(bytes: usize) -> Result<String> {
    Ok("x".repeat(bytes))
}

/// Reads a text.
///
/// # Errors
/// Never.
#[step]
pub async fn read(text: String, count: &Count) -> Result<usize> {
    count.one_more();
    Ok(text.len())
}

workflow! {
    /// Nine steps read what the first has written.
    pub async fn carry(bytes: usize) -> Result<usize> {
        let text = write(bytes).await?;
        #[name = "read-1"]
        let a = read(text).await?;
        #[name = "read-2"]
        let b = read(text).await?;
        #[name = "read-3"]
        let c = read(text).await?;
        #[name = "read-4"]
        let d = read(text).await?;
        #[name = "read-5"]
        let e = read(text).await?;
        #[name = "read-6"]
        let f = read(text).await?;
        #[name = "read-7"]
        let g = read(text).await?;
        #[name = "read-8"]
        let h = read(text).await?;
        #[name = "read-9"]
        let i = read(text).await?;
        Ok(a + b + c + d + e + f + g + h + i)
    }
}

/// Fails until its last attempt but one.
///
/// # Errors
/// As long as there are attempts left.
#[step(retry(attempts = 100_000, backoff = "0ms..0ms"))]
pub async fn try_again(failures: u32, ctx: &StepContext) -> Result<u32> {
    ensure!(ctx.attempt() > failures, "not yet");
    Ok(ctx.attempt())
}

workflow! {
    /// One step that fails so often, and then works.
    pub async fn flaky(failures: u32) -> Result<u32> {
        let attempts = try_again(failures).await?;
        Ok(attempts)
    }
}
