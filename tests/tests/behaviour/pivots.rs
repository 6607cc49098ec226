//! What changes once a pivot has succeeded.

use anyhow::{Result, bail};
use workflow_runtime::{NotCancelled, Permanent, Status, StepContext, step, workflow};

use crate::host::{Host, on_every_host};
use crate::support::*;

/// The point of no return.
#[step(pivot)]
async fn charge(input: String, log: &Log) -> Result<String> {
    log.add(format!("charge({input})"));
    log.attempt("charge", 1).await?;
    Ok(format!("charge({input})"))
}

/// Accepts no defeat past the pivot.
#[step(retry(forever, backoff = "1s..1s", jitter = false))]
async fn announce(input: String, log: &Log, ctx: &StepContext) -> Result<String> {
    log.add(format!("announce({input}) {}", ctx.attempt()));
    match ctx.attempt() {
        1 => bail!("not yet"),
        2 => Err(anyhow::anyhow!("never")).permanent(),
        3 => panic!("not even so"),
        _ => Ok(input),
    }
}

workflow! {
    async fn forward(x: String) -> Result<String> {
        a(x).await?;
        let paid = charge(x).await?;
        let told = announce(paid).await?;
        let result = d(x).await;
        Ok(format!("{told} {}", result.is_ok()))
    }
}

// Case 32.
async fn past_the_pivot_nothing_is_undone_and_the_workflow_completes(host: Host) {
    let app = App::default().fails("d");
    assert_eq!(host.run(forward(x()), &app).await.unwrap(), "charge(x) false");
    let told = ["announce(charge(x)) 1", "announce(charge(x)) 2", "announce(charge(x)) 3", "announce(charge(x)) 4"];
    assert_eq!(app.lines(), [&["a(x)", "charge(x)"][..], &told, &["d(x)"]].concat());
}

async fn a_pivot_that_fails_leaves_the_way_back_open(host: Host) {
    let app = App::default().fails("charge");
    let error = host.run(forward(x()), &app).await.unwrap_err();
    assert_eq!(app.lines(), lines(["a(x)", "charge(x)", "undo a(x)"]));
    assert_eq!(error.status(), Status::Compensated);
}

workflow! {
    #[workflow(timeout = "10s")]
    async fn slow_after_the_pivot(x: String) -> Result<String> {
        a(x).await?;
        charge(x).await?;
        sleep!("1h").await;
        Ok(x)
    }
}

async fn past_the_pivot_the_timeout_of_the_workflow_fires_no_more(host: Host) {
    let app = App::default();
    assert_eq!(host.run(slow_after_the_pivot(x()), &app).await.unwrap(), "x");
    assert_eq!(app.lines(), lines(["a(x)", "charge(x)"]));
}

async fn past_the_pivot_a_cancel_changes_nothing(host: Host) {
    let handle = host.start(slow_after_the_pivot(x()), &App::default()).await;
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert_eq!(handle.cancel().await, Err(NotCancelled::PastPivot));
    assert_eq!(handle.result().await.unwrap(), "x");
}

/// What a cancel is answered that will turn out to have come too late. An engine has only taken it.
fn too_late(host: &Host) -> Result<(), NotCancelled> {
    if host.is_durable() { Ok(()) } else { Err(NotCancelled::PastPivot) }
}

async fn a_cancel_during_the_pivot_is_answered_when_the_pivot_has_decided(host: Host) {
    let seconds = std::time::Duration::from_secs;
    // It succeeds, so the cancel came too late.
    let handle = host.start(slow_after_the_pivot(x()), &App::default().takes("charge", 5)).await;
    tokio::time::sleep(seconds(1)).await;
    assert_eq!(handle.cancel().await, too_late(&host));
    assert_eq!(handle.result().await.unwrap(), "x");
    // It fails, so everything is undone.
    let handle = host.start(slow_after_the_pivot(x()), &App::default().takes("charge", 5).fails("charge")).await;
    tokio::time::sleep(seconds(1)).await;
    assert_eq!(handle.cancel().await, Ok(()));
    let error = handle.result().await.unwrap_err();
    assert!(error.is_cancelled());
    assert_eq!(error.undone(), ["a"]);
}

workflow! {
    async fn pivot_beside_a_wait(x: String) -> Result<String> {
        a(x).await?;
        let (paid, slept) = parallel!(
            charge(x),
            async {
                sleep!("2s").await;
                let told = announce(x).await?;
                Ok(told)
            },
        ).await?;
        Ok(format!("{paid} {slept}"))
    }
}

async fn a_branch_beside_a_pivot_that_succeeds_goes_on_after_a_cancel_in_vain(host: Host) {
    let handle = host.start(pivot_beside_a_wait(x()), &App::default().takes("charge", 5)).await;
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert_eq!(handle.cancel().await, too_late(&host));
    assert_eq!(handle.result().await.unwrap(), "charge(x) x");
}

workflow! {
    async fn panics_past_the_pivot(list: Vec<u32>) -> Result<u32> {
        a(x()).await?;
        charge(x()).await?;
        Ok(list[5])
    }
}

async fn an_expression_that_panics_past_the_pivot_makes_the_execution_failed(host: Host) {
    let app = App::default();
    let error = host.run(panics_past_the_pivot(Vec::new()), &app).await.unwrap_err();
    assert_eq!(app.lines(), lines(["a(x)", "charge(x)"]));
    assert_eq!(error.status(), Status::Failed);
    assert!(error.to_string().contains("past the pivot nothing is undone"), "{error}");
}

workflow! {
    async fn beside_the_pivot(x: String) -> Result<String> {
        let (told, paid) = parallel!(announce(x), charge(x)).await?;
        Ok(format!("{told} {paid}"))
    }
}

async fn beside_a_pivot_in_flight_a_step_that_retries_for_ever_accepts_no_defeat(host: Host) {
    let app = App::default().takes("charge", 60);
    assert_eq!(host.run(beside_the_pivot(x()), &app).await.unwrap(), "x charge(x)");
    assert_eq!(app.lines().last().unwrap(), "charge settles");
    assert_eq!(app.lines().iter().filter(|line| line.starts_with("announce(x) 4")).count(), 1);
}

workflow! {
    async fn optional(x: String) -> Result<String> {
        b(x).await?;
        c(x).await
    }
}

workflow! {
    async fn with_something_optional(x: String) -> Result<bool> {
        a(x).await?;
        charge(x).await?;
        let result = optional(x).await;
        Ok(result.is_ok())
    }
}

async fn past_the_pivot_a_handled_child_is_still_undone_alone(host: Host) {
    let app = App::default().fails("c");
    assert!(!host.run(with_something_optional(x()), &app).await.unwrap());
    assert_eq!(app.lines(), lines(["a(x)", "charge(x)", "b(x)", "c(x)", "undo b(x)"]));
}

async fn past_the_pivot_an_undo_that_gives_up_makes_the_execution_failed(host: Host) {
    let app = App::default().fails("c").fails("undo_b");
    let error = host.run(with_something_optional(x()), &app).await.unwrap_err();
    assert_eq!(app.lines(), lines(["a(x)", "charge(x)", "b(x)", "c(x)", "undo b(x)"]));
    assert_eq!(error.status(), Status::Failed);
    assert_eq!(error.not_undone().count(), 1);
}

#[step(pivot, retry(forever))]
async fn settle_for_good(log: &Log) -> Result<()> {
    log.add("settle for good");
    Err(anyhow::anyhow!("the account is closed")).permanent()
}

workflow! {
    async fn a_hopeless_pivot(x: String) -> Result<()> {
        a(x).await?;
        settle_for_good().await?;
        Ok(())
    }
}

async fn a_pivot_that_retries_for_ever_still_fails_for_good_on_a_permanent_error(host: Host) {
    let app = App::default();
    let error = host.run(a_hopeless_pivot(x()), &app).await.unwrap_err();
    assert_eq!(app.lines(), lines(["a(x)", "settle for good", "undo a(x)"]));
    assert_eq!(error.status(), Status::Compensated);
}

on_every_host![
    past_the_pivot_nothing_is_undone_and_the_workflow_completes,
    a_pivot_that_fails_leaves_the_way_back_open,
    past_the_pivot_the_timeout_of_the_workflow_fires_no_more,
    past_the_pivot_a_cancel_changes_nothing,
    a_cancel_during_the_pivot_is_answered_when_the_pivot_has_decided,
    a_branch_beside_a_pivot_that_succeeds_goes_on_after_a_cancel_in_vain,
    an_expression_that_panics_past_the_pivot_makes_the_execution_failed,
    beside_a_pivot_in_flight_a_step_that_retries_for_ever_accepts_no_defeat,
    past_the_pivot_a_handled_child_is_still_undone_alone,
    past_the_pivot_an_undo_that_gives_up_makes_the_execution_failed,
    a_pivot_that_retries_for_ever_still_fails_for_good_on_a_permanent_error,
];
