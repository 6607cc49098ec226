//! A compensation adds what the step took, however often it is asked.

use anyhow::Result;
use workflow_runtime::testing::Fixture;
use workflow_runtime::{Outcome, StepContext, step, workflow};

use crate::books::{App, Books, assert_fails, assert_passes};

#[step(compensate = release)]
async fn reserve(count: i64, books: &Books, ctx: &StepContext) -> Result<i64> {
    if books.first(ctx.step_key()) {
        books.add("stock", "mug", -count);
    }
    Ok(count)
}

/// It notices that nothing was reserved, but not that it has been here before.
#[step(retry(attempts = 2))]
async fn release(count: Outcome<i64>, books: &Books, ctx: &StepContext) -> Result<()> {
    let reserved = !books.first(ctx.step_key());
    if reserved {
        books.add("stock", "mug", count.payload().unwrap_or(2));
    }
    Ok(())
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
fn is_found_by_repeating_it() {
    let suite = Fixture::new(|| (App::new(), place_order(2))).world(App::pages).suite();
    let message = "`release` ran twice, and did its work twice, so that stock still differs: mug 3 -> 5: it is not idempotent; \
         failed at `charge`; undo order was `reserve`";
    assert_fails(&suite, "repeat_undo::reserve", message);
    assert_passes(
        &suite,
        &["succeeds", "fail_at::charge", "fail_after_effect::reserve", "repeat::reserve", "crash_after_write::2"],
    );
}
