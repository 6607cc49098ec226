//! A compensation clears the whole list instead of its own line.

use anyhow::Result;
use workflow_runtime::testing::Fixture;
use workflow_runtime::{Outcome, StepContext, step, workflow};

use crate::books::{App, Books, assert_fails, assert_passes};

#[step(compensate = release)]
async fn reserve(count: i64, books: &Books, ctx: &StepContext) -> Result<i64> {
    if books.first(ctx.step_key()) {
        books.add("reserved", "us", count);
    }
    Ok(count)
}

#[step]
async fn release(_count: Outcome<i64>, books: &Books) -> Result<()> {
    books.pages().insert("reserved".to_owned(), [].into());
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
fn is_found_by_what_it_takes_from_others() {
    let suite = Fixture::new(|| (App::new(), place_order(2))).world(App::pages).suite();
    let message = "`release` undid more than `reserve` had done, so that reserved differs: somebody else 1 -> (nothing); \
         failed at `charge`; undo order was `reserve`";
    assert_fails(&suite, "fail_at::charge", message);
    assert_passes(&suite, &["succeeds", "repeat::reserve", "crash_before_write::2"]);
}
