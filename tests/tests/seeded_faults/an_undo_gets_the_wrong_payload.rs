//! A step leaves its output to the undo where it should leave its reservation.

use anyhow::Result;
use workflow_runtime::testing::Fixture;
use workflow_runtime::{Outcome, StepContext, StepResponse, step, workflow};

use crate::books::{App, Books, assert_fails, assert_passes};

/// The payload is the price: the undo wants to know how many.
#[step(compensate = release)]
async fn reserve(count: i64, books: &Books, ctx: &StepContext) -> Result<StepResponse<i64, i64>> {
    if books.first(ctx.step_key()) {
        books.add("stock", "mug", -count);
    }
    Ok(StepResponse::new(count, count * 250))
}

#[step]
async fn release(count: Outcome<i64>, books: &Books, ctx: &StepContext) -> Result<()> {
    if books.forget(ctx.step_key()) {
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
fn is_found_by_any_later_failure() {
    let suite = Fixture::new(|| (App::new(), place_order(2))).world(App::pages).suite();
    let message = "`release` ran, but does not undo what `reserve` did (stock.mug 3 -> 1; then stock.mug 1 -> 501): stock still \
         differs: mug 3 -> 501; failed at `charge`; undo order was `reserve`";
    assert_fails(&suite, "fail_at::charge", message);
    assert_passes(&suite, &["succeeds", "fail_after_effect::reserve"]);
}
