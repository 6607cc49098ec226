//! A compensation hears of doubt, and has nothing by which to find out; and a step makes something new at each attempt.

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

#[step]
async fn release(count: Outcome<i64>, books: &Books, ctx: &StepContext) -> Result<()> {
    if books.forget(ctx.step_key()) {
        books.add("stock", "mug", count.payload().unwrap_or(0));
    }
    Ok(())
}

workflow! {
    async fn set_aside(count: i64) -> Result<i64> {
        reserve(count).await
    }
}

#[test]
fn is_found_by_a_failure_after_its_effect() {
    let suite = Fixture::new(|| (App::new(), set_aside(2))).world(App::pages).suite();
    let message = "`release` ran with `Outcome::Unknown`, and does not find what `reserve` did: stock still differs: mug 3 -> 1; failed at \
         `reserve`; undo order was `reserve`";
    assert_fails(&suite, "fail_after_effect::reserve", message);
    assert_passes(&suite, &["succeeds", "fail_at::reserve", "repeat_undo::reserve"]);
}

#[step(compensate = delete, retry(attempts = 2))]
async fn create(books: &Books) -> Result<String> {
    let name = format!("disk {}", books.pages().get("disks").map_or(1, |disks| disks.len() + 1));
    books.add("disks", &name, 1);
    Ok(name)
}

#[step]
async fn delete(disk: Outcome<String>, books: &Books) -> Result<()> {
    if let Some(disk) = disk.payload() {
        books.add("disks", &disk, -1);
    }
    Ok(())
}

workflow! {
    async fn provision() -> Result<String> {
        create().await
    }
}

#[test]
fn the_step_is_to_blame_that_does_its_work_at_each_attempt() {
    let suite = Fixture::new(|| (App::new(), provision())).world(App::pages).suite();
    let message = "`create` did its work again when it was attempted again under one idempotency key, and `delete` does not undo all of \
         it: the world still differs: disks (nothing) -> {\"disk 1\":1,\"disk 2\":1}; failed at `create`; undo order was `create`";
    assert_fails(&suite, "fail_after_effect::create", message);
    assert_passes(&suite, &["succeeds", "fail_at::create"]);
}
