//! A step counts in a `static`, which no fixture makes anew.

use std::sync::atomic::{AtomicI64, Ordering};

use anyhow::Result;
use workflow_runtime::testing::Fixture;
use workflow_runtime::{step, workflow};

use crate::books::{App, Books, assert_fails, assert_passes};

#[step]
async fn number() -> Result<i64> {
    static LAST: AtomicI64 = AtomicI64::new(0);
    Ok(LAST.fetch_add(1, Ordering::SeqCst) + 1)
}

#[step]
async fn note(number: i64, books: &Books) -> Result<i64> {
    let _ = books;
    Ok(number * 2)
}

workflow! {
    async fn place_order(count: i64) -> Result<i64> {
        let number = number().await?;
        note(number * count).await
    }
}

#[test]
fn is_found_by_running_twice() {
    let suite = Fixture::new(|| (App::new(), place_order(2))).world(App::pages).suite();
    let message = "`number` gave 1 in one run and 4 in another, each from a fresh fixture: it keeps state outside of the \
         container (in a `static`?), or reads a clock or chance";
    assert_fails(&suite, "succeeds", message);
    assert_passes(&suite, &["fail_at::note"]);
}
