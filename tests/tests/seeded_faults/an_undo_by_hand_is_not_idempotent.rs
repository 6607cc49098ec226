//! A workflow undoes a step by hand, and the compensation gives back once more whenever it is asked.

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
#[step]
async fn release(count: Outcome<i64>, books: &Books, ctx: &StepContext) -> Result<()> {
    let reserved = !books.first(ctx.step_key());
    if reserved {
        books.add("stock", "mug", count.payload().unwrap_or(2));
    }
    Ok(())
}

#[step]
async fn price(count: i64) -> Result<i64> {
    Ok(count * 250)
}

workflow! {
    /// Reserves no longer than it takes to find out the price.
    async fn quote(count: i64) -> Result<i64> {
        let count = reserve(count).await?;
        let price = price(count).await?;
        undo!(reserve).await?;
        Ok(price)
    }
}

#[test]
fn is_found_by_repeating_it_and_by_losing_its_success() {
    let suite = Fixture::new(|| (App::new(), quote(2))).world(App::pages).suite();
    let message = "`release`, which `undo-reserve#1` asks for, ran twice under one idempotency key, and did its work twice: stock differs \
         from a plain run: mug 3 -> 5";
    assert_fails(&suite, "repeat::undo-reserve#1", message);
    let message = "`release` ran at `undo-reserve#1`, whose success was lost, and again in the rollback, and did its work twice, so that \
         stock still differs: mug 3 -> 5: it is not idempotent; failed at `undo-reserve#1`; undo order was `reserve`";
    assert_fails(&suite, "fail_after_effect::undo-reserve#1", message);
    let fine = ["reaches", "fail_at", "panic_at", "cancel_at", "cancel_on_an_engine_at"];
    let fine = fine.map(|about| format!("{about}::undo-reserve#1"));
    assert_passes(&suite, &fine.each_ref().map(String::as_str));
    assert_passes(&suite, &["succeeds", "fail_at::price", "undo_gives_up::reserve"]);
}

workflow! {
    /// Gives back what was reserved long ago, and then what another has reserved.
    async fn give_back(count: i64) -> Result<()> {
        #[name = "ours"]
        undo!(reserve, count).await?;
        #[name = "theirs"]
        undo!(reserve, count + 1).await?;
        Ok(())
    }
}

/// What was undone for good is no alarm: the error says that it was, and no rollback could take it back.
#[test]
fn and_nothing_is_said_of_what_was_undone_for_good() {
    let fixture = Fixture::new(|| (reserved(), give_back(1))).world(App::pages);
    let suite = fixture.completed(|_, after, ()| assert_eq!(after["stock"]["mug"], 6)).suite();
    let names: Vec<&str> = suite.cases().iter().map(|case| case.name()).collect();
    for case in [
        "fail_at::theirs",
        "fail_after_effect::ours",
        "cancel_and_crash_at::theirs",
        "crash_in_rollback_before_write::2",
    ] {
        assert!(names.contains(&case), "{names:?}");
        assert_passes(&suite, &[case]);
    }
    let message = "`release`, which `ours` asks for, ran twice under one idempotency key, and did its work twice: stock differs from a \
         plain run: mug 6 -> 7";
    assert_fails(&suite, "repeat::ours", message);
}

fn reserved() -> App {
    let app = App::new();
    for node in ["ours", "theirs"] {
        app.books.first(&format!("saga/{node}"));
    }
    app
}
