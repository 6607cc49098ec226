//! The saga that the others spoil: it passes, and passes again.

use anyhow::Result;
use workflow_runtime::testing::Fixture;
use workflow_runtime::{Outcome, StepContext, step, workflow};

use crate::books::{App, Books};

#[step(compensate = release)]
async fn reserve(count: i64, books: &Books, ctx: &StepContext) -> Result<i64> {
    if books.first(ctx.step_key()) {
        books.add("stock", "mug", -count);
    }
    Ok(count)
}

#[step(retry(attempts = 2))]
async fn release(_count: Outcome<i64>, books: &Books, ctx: &StepContext) -> Result<()> {
    if books.forget(ctx.step_key()) {
        books.add("stock", "mug", 2);
    }
    Ok(())
}

#[step(compensate = refund, retry(attempts = 2), timeout = "30s")]
async fn charge(cents: i64, books: &Books, ctx: &StepContext) -> Result<i64> {
    if books.first(ctx.step_key()) {
        books.add("paid", "customer", cents);
    }
    Ok(cents)
}

#[step(retry(attempts = 2))]
async fn refund(_cents: Outcome<i64>, books: &Books, ctx: &StepContext) -> Result<()> {
    if books.forget(ctx.step_key()) {
        books.add("paid", "customer", -500);
    }
    Ok(())
}

#[step]
async fn ship(count: i64) -> Result<i64> {
    Ok(count)
}

workflow! {
    async fn place_order(count: i64) -> Result<i64> {
        let count = reserve(count).await?;
        charge(count * 250).await?;
        ship(count).await
    }
}

#[test]
fn a_hundred_times() {
    for _ in 0..100 {
        let fixture = Fixture::new(|| (App::new(), place_order(2))).world(App::pages);
        let suite = fixture.completed(|_, after, count| assert_eq!(after["paid"]["customer"], count * 250)).suite();
        assert!(suite.cases().len() > 40, "{}", suite.cases().len());
        suite.check();
    }
}
