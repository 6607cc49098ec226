//! Failures in branches and parallel loops.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Result, bail};
use workflow_runtime::{Services, step, workflow};

use crate::host::{Host, on_every_host};
use crate::support::*;

workflow! {
    async fn after_a_group(x: String) -> Result<()> {
        a(x).await?;
        parallel!(b(x), c(x)).await?;
        d(x).await?;
        e(x).await?;
        Ok(())
    }
}

// Case 16.
async fn a_group_is_undone_between_what_is_around_it(host: Host) {
    let app = App::default().fails("e").takes("undo_b", 2).takes("undo_c", 1);
    host.run(after_a_group(x()), &app).await.unwrap_err();
    let expected = [
        "a(x)",
        "b(x)",
        "c(x)",
        "d(x)",
        "e(x)",
        "undo d(x)",
        "undo c(x)",
        "undo b(x)",
        "undo_c settles",
        "undo_b settles",
        "undo a(x)",
    ];
    assert_eq!(app.lines(), lines(expected));
}

workflow! {
    async fn one_of_three(x: String) -> Result<()> {
        a(x).await?;
        parallel!(
            async {
                let first = b(x).await?;
                e(first).await
            },
            c(x),
            async {
                let first = d(x).await?;
                e(first).await
            },
        ).await?;
        Ok(())
    }
}

// Case 18.
async fn what_runs_beside_a_failure_finishes_and_nothing_new_begins(host: Host) {
    let app = App::default().takes("c", 1).fails("c").takes("d", 5).takes("b", 3);
    let error = host.run(one_of_three(x()), &app).await.unwrap_err();
    let expected =
        ["a(x)", "b(x)", "c(x)", "d(x)", "c settles", "b settles", "d settles", "undo d(x)", "undo b(x)", "undo a(x)"];
    assert_eq!(app.lines(), lines(expected));
    assert_eq!(error.failures().count(), 1);
}

workflow! {
    async fn two_of_three(x: String) -> Result<()> {
        parallel!(a(x), b(x), c(x)).await?;
        Ok(())
    }
}

// Case 19.
async fn both_errors_are_told_the_first_failure_first(host: Host) {
    let app = App::default().fails("b").takes("b", 2).fails("c").takes("c", 1);
    let error = host.run(two_of_three(x()), &app).await.unwrap_err();
    let failures: Vec<_> = error.failures().map(|node| node.to_string()).collect();
    assert_eq!(failures, ["`parallel#1/2/c`: c fails", "`parallel#1/1/b`: b fails"]);
    assert_eq!(error.undone(), ["parallel#1/0/a"]);
    assert_eq!(
        error.to_string(),
        "workflow `two_of_three` failed at `parallel#1/2/c`: c fails; also `parallel#1/1/b`: b fails; \
         undone: parallel#1/0/a"
    );
}

workflow! {
    async fn deep_failure(x: String) -> Result<()> {
        parallel!(
            async {
                parallel!(a(x), b(x)).await?;
                Ok(())
            },
            async {
                let first = c(x).await?;
                d(first).await
            },
        ).await?;
        Ok(())
    }
}

async fn a_failure_deep_inside_stops_the_groups_around_it_at_once(host: Host) {
    let app = App::default().takes("a", 1).fails("a").takes("b", 9).takes("c", 5);
    host.run(deep_failure(x()), &app).await.unwrap_err();
    let expected = ["a(x)", "b(x)", "c(x)", "a settles", "c settles", "b settles", "undo c(x)", "undo b(x)"];
    assert_eq!(app.lines(), lines(expected));
}

workflow! {
    async fn retries_beside_a_failure(x: String) -> Result<()> {
        parallel!(patient(x), b(x)).await?;
        Ok(())
    }
}

// Case 20.
async fn retries_stop_when_a_branch_beside_has_failed(host: Host) {
    let app = App::default().fails("patient").takes("b", 2).fails("b");
    let begun = tokio::time::Instant::now();
    let error = host.run(retries_beside_a_failure(x()), &app).await.unwrap_err();
    // The second attempt fails after 1 s; the third would come at 3 s, but `b` fails at 2 s.
    let expected = ["patient(x) 1", "b(x)", "patient(x) 2", "b settles", "undo patient: Unknown 1"];
    assert_eq!(app.lines(), lines(expected));
    assert_eq!(begun.elapsed().as_secs(), 2);
    assert_eq!(error.node_path(), Some("parallel#1/1/b"));
}

#[derive(Debug, Default)]
struct Gauge {
    now: AtomicUsize,
    most: AtomicUsize,
    undone: AtomicUsize,
}

#[derive(Debug, Clone, Default, Services)]
struct Measured {
    gauge: Arc<Gauge>,
}

#[step(compensate = lower)]
async fn raise(n: u32) -> Result<u32> {
    if n == 99 {
        bail!("the last one fails");
    }
    Ok(n)
}

#[step]
async fn lower(_n: u32, gauge: &Gauge) -> Result<()> {
    let now = gauge.now.fetch_add(1, Ordering::SeqCst) + 1;
    gauge.most.fetch_max(now, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_secs(1)).await;
    gauge.now.fetch_sub(1, Ordering::SeqCst);
    gauge.undone.fetch_add(1, Ordering::SeqCst);
    Ok(())
}

workflow! {
    async fn many_at_once() -> Result<()> {
        parallel!(for n in 0..100 { raise(n).await? }, at_most = 8).await?;
        Ok(())
    }
}

// Case 21.
async fn at_most_holds_for_the_undo_too(host: Host) {
    let app = Measured::default();
    host.run(many_at_once(), &app).await.unwrap_err();
    assert_eq!(app.gauge.undone.load(Ordering::SeqCst), 99);
    assert_eq!(app.gauge.most.load(Ordering::SeqCst), 8);
}

workflow! {
    async fn two_at_a_time(x: String) -> Result<()> {
        parallel!(for n in 0..4 { a(format!("{x}{n}")).await? }, at_most = 2).await?;
        b(x).await?;
        Ok(())
    }
}

// Case 21.
async fn a_limited_group_is_undone_newest_first(host: Host) {
    let app = App::default().fails("b").takes("undo_a", 1);
    host.run(two_at_a_time(x()), &app).await.unwrap_err();
    let undone: Vec<_> = app.lines().into_iter().filter(|line| line.starts_with("undo a")).collect();
    assert_eq!(undone, ["undo a(x3)", "undo a(x2)", "undo a(x1)", "undo a(x0)"]);
}

on_every_host![
    a_group_is_undone_between_what_is_around_it,
    what_runs_beside_a_failure_finishes_and_nothing_new_begins,
    both_errors_are_told_the_first_failure_first,
    a_failure_deep_inside_stops_the_groups_around_it_at_once,
    retries_stop_when_a_branch_beside_has_failed,
    at_most_holds_for_the_undo_too,
    a_limited_group_is_undone_newest_first,
];
