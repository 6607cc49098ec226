//! A compensation insists that there is something to undo.

use anyhow::{Result, ensure};
use workflow_runtime::testing::Fixture;
use workflow_runtime::{Outcome, StepContext, step, workflow};

use crate::books::{App, Books, assert_fails, assert_passes};

#[step(compensate = revoke)]
async fn grant(name: String, books: &Books, ctx: &StepContext) -> Result<String> {
    if books.first(ctx.step_key()) {
        books.add("keys", &name, 1);
    }
    Ok(name)
}

#[step(retry(attempts = 2))]
async fn revoke(_name: Outcome<String>, books: &Books, ctx: &StepContext) -> Result<()> {
    ensure!(books.forget(ctx.step_key()), "there is no such key");
    books.add("keys", "web", -1);
    Ok(())
}

#[step]
async fn boot(name: String) -> Result<String> {
    Ok(name)
}

workflow! {
    async fn provision(name: String) -> Result<String> {
        grant(name).await?;
        let name = boot(name).await?;
        undo!(grant).await?;
        #[name = "reboot"]
        boot(name).await
    }
}

workflow! {
    async fn provision_once(name: String) -> Result<String> {
        grant(name).await?;
        boot(name).await
    }
}

#[test]
fn is_found_in_doubt_and_by_asking_twice() {
    let suite = Fixture::new(|| (App::new(), provision("web".to_owned()))).world(App::pages).suite();
    let message = "`revoke`, which undoes `grant`, gave up (there is no such key): it has to succeed also where there is nothing to undo, so \
         that the execution is `failed`; failed at `grant`; undo order was `grant`";
    assert_fails(&suite, "fail_at::grant", message);
    let message = "`revoke`, which `undo-grant#1` asks for, ran twice under one idempotency key, and failed the second time: there is no \
         such key; it has to succeed where its work is done already";
    assert_fails(&suite, "repeat::undo-grant#1", message);
    let message = "`revoke`, which `undo-grant#1` asks for, was attempted again after its success was lost, and failed: there is no such \
         key; it has to succeed where its work is done already";
    assert_fails(&suite, "fail_once_at::undo-grant#1", message);
    let message = "`revoke`, which undoes `grant`, gave up (there is no such key): it has to succeed also where it has run before, so that the \
         execution is `failed`; failed at `undo-grant#1`; undo order was `grant`";
    assert_fails(&suite, "fail_after_effect::undo-grant#1", message);
    assert_passes(&suite, &["succeeds", "fail_at::undo-grant#1", "undo_gives_up::grant", "cancel_at::undo-grant#1"]);

    let suite = Fixture::new(|| (App::new(), provision_once("web".to_owned()))).world(App::pages).suite();
    let message = "`revoke`, which undoes `grant`, gave up (there is no such key): it has to succeed also where it has run before, so that the \
         execution is `failed`; failed at `boot`; undo order was `grant`";
    assert_fails(&suite, "repeat_undo::grant", message);
}
