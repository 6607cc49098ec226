//! The saga that the others spoil: it passes, and passes again.

use anyhow::Result;
use serde::{Deserialize, Serialize};
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

#[derive(Clone, Serialize, Deserialize)]
struct Returned(bool);

#[step(pivot, retry(forever, backoff = "1s..1m"))]
async fn lend(book: String, books: &Books, ctx: &StepContext) -> Result<String> {
    if books.first(ctx.step_key()) {
        books.add("lent", &book, 1);
    }
    Ok(book)
}

#[step(retry(forever, backoff = "1s..1m"))]
async fn take_back(book: String, books: &Books, ctx: &StepContext) -> Result<()> {
    if books.first(ctx.step_key()) {
        books.add("lent", &book, -1);
    }
    Ok(())
}

workflow! {
    /// Waits on both sides of its pivot, and beside it.
    #[workflow(timeout = "30d")]
    async fn borrow(book: String, remind: bool) -> Result<bool> {
        sleep!("1h").await;
        #[name = "asked"]
        signal!(Returned).await?;
        let (book, _) = parallel!(lend(book), async {
            #[name = "greeted"]
            let greeted = signal!(Returned, timeout = "1m").await;
            Ok(greeted.is_ok())
        }).await?;
        if remind {
            sleep!("14d").await;
            emit!(remind);
        }
        #[name = "late"]
        let late = signal!(Returned, timeout = "7d").await;
        #[name = "at-last"]
        let returned = signal!(Returned).await?;
        take_back(book).await?;
        Ok(returned.0 && late.is_ok())
    }
}

#[test]
fn nor_does_one_that_waits_around_its_pivot() {
    let fixture = Fixture::new(|| (App::new(), borrow("Momo".to_owned(), true))).world(App::pages);
    let fixture = ["asked", "greeted", "late", "at-last"]
        .into_iter()
        .fold(fixture, |fixture, wait| fixture.signal_named(wait, Returned(true)));
    let suite = fixture.suite();
    let names: Vec<&str> = suite.cases().iter().map(|case| case.name()).collect();
    for case in [
        "cancel_at::asked",
        "time_out_at::asked",
        "time_out_at::late",
        "cancel_and_crash_at::if#1/0/sleep#1",
        "reaches::at-last",
    ] {
        assert!(names.contains(&case), "{case}: {names:?}");
    }
    suite.check();
}
