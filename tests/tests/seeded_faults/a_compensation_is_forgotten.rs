//! A step has an effect, and nobody wrote what undoes it.

use anyhow::Result;
use workflow_runtime::testing::Fixture;
use workflow_runtime::{StepContext, step, workflow};

use crate::books::{App, Books, assert_fails, assert_passes};

#[step]
async fn reserve(count: i64, books: &Books, ctx: &StepContext) -> Result<i64> {
    if books.first(ctx.step_key()) {
        books.add("stock", "mug", -count);
    }
    Ok(count)
}

#[step]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

workflow! {
    async fn place_order(count: i64) -> Result<i64> {
        let count = reserve(count).await?;
        charge(count * 250).await
    }
}

#[test]
fn is_found_by_any_later_failure() {
    let suite = Fixture::new(|| (App::new(), place_order(2))).world(App::pages).suite();
    let message = "`reserve` has no compensation, so nobody undoes what it did: stock still differs: mug 3 -> 1; failed at `charge`";
    assert_fails(&suite, "fail_at::charge", message);
    assert_passes(&suite, &["succeeds", "fail_at::reserve", "repeat::reserve", "crash_before_write::2"]);
}
