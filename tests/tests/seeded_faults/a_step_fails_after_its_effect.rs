//! A step takes the money, and then stumbles over the receipt.

use anyhow::{Result, ensure};
use workflow_runtime::testing::Fixture;
use workflow_runtime::{StepContext, step, workflow};

use crate::books::{App, Books, assert_fails, assert_passes};

#[step(compensate = refund)]
async fn charge(cents: i64, books: &Books, ctx: &StepContext) -> Result<i64> {
    if books.first(ctx.step_key()) {
        books.add("paid", "customer", cents);
    }
    ensure!(cents < 1_000, "the receipt has no room for {cents}");
    Ok(cents)
}

#[step]
async fn refund(cents: i64, books: &Books, ctx: &StepContext) -> Result<()> {
    if books.forget(ctx.step_key()) {
        books.add("paid", "customer", -cents);
    }
    Ok(())
}

workflow! {
    async fn place_order(cents: i64) -> Result<i64> {
        charge(cents).await
    }
}

#[test]
fn is_found_by_an_input_that_fails_and_by_losing_the_success_of_another() {
    let suite = Fixture::new(|| (App::new(), place_order(500)))
        .world(App::pages)
        .failing("dear", || (App::new(), place_order(5_000)))
        .suite();
    let message = "with the input `dear`, `charge` failed after its effect, and `refund`, which takes no `Outcome` and so does not \
         hear of doubt, was not asked: the world still differs: paid (nothing) -> {\"customer\":5000}";
    assert_fails(&suite, "succeeds", message);
    let message = "`charge` failed after its effect, and `refund`, which takes no `Outcome` and so does not hear of doubt, was not \
         asked: the world still differs: paid (nothing) -> {\"customer\":500}; failed at `charge`";
    assert_fails(&suite, "fail_after_effect::charge", message);
    assert_passes(&suite, &["fail_at::charge", "repeat_undo::charge"]);
}
