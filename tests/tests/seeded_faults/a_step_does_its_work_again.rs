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

#[step(compensate = destroy)]
async fn create(books: &Books) -> Result<String> {
    let name = format!("machine {}", books.pages().get("machines").map_or(1, |machines| machines.len() + 1));
    books.add("machines", &name, 1);
    Ok(name)
}

#[step]
async fn destroy(_machine: Outcome<String>, books: &Books) -> Result<()> {
    books.pages().remove("machines");
    Ok(())
}

#[step]
async fn assign(machine: String, books: &Books) -> Result<()> {
    books.pages().entry("dns".to_owned()).or_default().insert(machine, 1);
    Ok(())
}

workflow! {
    async fn provision() -> Result<()> {
        let machine = create().await?;
        assign(machine).await
    }
}

#[test]
fn the_one_that_ran_twice_is_named_and_not_the_one_that_was_given_another_value() {
    let suite = Fixture::new(|| (App::new(), provision())).world(App::pages).suite();
    let message = "`create` ran again after the crash under the same idempotency key, and did its work again: the world differs \
         from a plain run: dns.machine 1 1 -> (nothing), dns.machine 2 (nothing) -> 1, machines.machine 2 (nothing) -> 1";
    assert_fails(&suite, "crash_before_write::2", message);
}
