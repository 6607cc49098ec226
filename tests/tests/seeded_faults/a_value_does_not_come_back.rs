//! A field of a value is not written, so that it is gone after a crash.

use anyhow::Result;
use serde::{Deserialize, Serialize};
use workflow_runtime::testing::Fixture;
use workflow_runtime::{StepContext, step, workflow};

use crate::books::{App, Books, assert_fails, assert_passes};

#[derive(Clone, Serialize, Deserialize)]
struct Quote {
    count: i64,
    #[serde(skip)]
    cents: i64,
}

#[step]
async fn quote(count: i64) -> Result<Quote> {
    Ok(Quote { count, cents: count * 250 })
}

#[step(pivot)]
async fn charge(cents: i64, books: &Books, ctx: &StepContext) -> Result<i64> {
    if books.first(ctx.step_key()) {
        books.add("paid", "customer", cents);
    }
    Ok(cents)
}

workflow! {
    async fn place_order(count: i64) -> Result<i64> {
        let quote = quote(count).await?;
        charge(quote.cents).await?;
        Ok(quote.count)
    }
}

#[test]
fn is_found_by_the_round_trip() {
    let suite = Fixture::new(|| (App::new(), place_order(2))).world(App::pages).fails_cleanly("charge").suite();
    let message = "`charge` was given [0] instead of [500]: a value that it is made of does not come back from JSON as it was (a field \
         with `#[serde(skip)]`?), or an expression of the workflow is not pure";
    assert_fails(&suite, "round_trip", message);
    assert_passes(&suite, &["succeeds", "fail_at::charge"]);
}
