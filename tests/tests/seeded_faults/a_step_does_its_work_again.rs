//! A step does its work each time it is asked, whatever the key.

use anyhow::Result;
use workflow_runtime::testing::Fixture;
use workflow_runtime::{Outcome, step, workflow};

use crate::books::{App, Books, assert_fails, assert_passes};

#[step(compensate = refund, retry(attempts = 3))]
async fn charge(cents: i64, books: &Books) -> Result<i64> {
    books.add("paid", "customer", cents);
    Ok(cents)
}

#[step]
async fn refund(_cents: Outcome<i64>, books: &Books) -> Result<()> {
    books.pages().remove("paid");
    Ok(())
}

workflow! {
    async fn place_order(cents: i64) -> Result<i64> {
        charge(cents).await
    }
}

#[test]
fn is_found_by_repeating_it_and_by_crashes() {
    let suite = Fixture::new(|| (App::new(), place_order(2))).world(App::pages).suite();
    let message = "`charge` ran twice under one idempotency key, and did its work twice: paid differs from a plain run: \
         customer 2 -> 4";
    assert_fails(&suite, "repeat::charge", message);
    let message = "`charge` was attempted again after its success was lost, and did its work again: paid differs from a plain run: \
         customer 2 -> 4";
    assert_fails(&suite, "fail_once_at::charge", message);
    let message = "`charge` ran again after the crash under the same idempotency key, and did its work again: paid differs from a \
         plain run: customer 2 -> 4";
    assert_fails(&suite, "crash_before_write::2", message);
    assert_passes(&suite, &["succeeds", "fail_at::charge"]);
}
