//! Failures that a workflow handles itself.

use anyhow::Result;
use workflow_runtime::{Status, workflow};

use crate::host::{Host, on_every_host};
use crate::support::*;

workflow! {
    async fn handles_a_step(x: String) -> Result<String> {
        a(x).await?;
        let result = b(x).await;
        let text = match result {
            Ok(value) => c(value).await?,
            Err(error) => d(format!("{} at {}", error, error.step())).await?,
        };
        e(x).await?;
        Ok(text)
    }
}

// Case 29.
async fn a_handled_failure_rolls_nothing_back_and_is_a_value(host: Host) {
    let app = App::default().fails("b");
    assert_eq!(host.run(handles_a_step(x()), &app).await.unwrap(), "d(b fails at b)");
    assert_eq!(app.lines(), lines(["a(x)", "b(x)", "d(b fails at b)", "e(x)"]));
    let app = App::default();
    assert_eq!(host.run(handles_a_step(x()), &app).await.unwrap(), "c(b(x))");
}

// Case 30.
async fn a_failure_after_a_handled_one_undoes_earlier_steps_once(host: Host) {
    let app = App::default().fails("b").fails("e");
    host.run(handles_a_step(x()), &app).await.unwrap_err();
    let undone: Vec<_> = app.lines().into_iter().filter(|line| line.starts_with("undo")).collect();
    assert_eq!(undone, ["undo d(b fails at b)", "undo a(x)"]);
}

workflow! {
    async fn handles_doubt(x: String) -> Result<()> {
        a(x).await?;
        if let Err(_error) = doubtful(x).await {
            b(x).await?;
        }
        c(x).await?;
        Ok(())
    }
}

// Case 30.
async fn a_later_rollback_undoes_a_handled_step_that_may_have_had_its_effect(host: Host) {
    let app = App::default().fails("doubtful").fails("c");
    host.run(handles_doubt(x()), &app).await.unwrap_err();
    let expected = ["a(x)", "doubtful(x)", "b(x)", "c(x)", "undo b(x)", "undo doubtful: Unknown", "undo a(x)"];
    assert_eq!(app.lines(), lines(expected));
}

workflow! {
    async fn child(x: String) -> Result<String> {
        b(x).await?;
        c(x).await
    }
}

workflow! {
    async fn handles_a_child(x: String) -> Result<String> {
        a(x).await?;
        let result = child(x).await;
        let text = match result {
            Ok(value) => value,
            Err(error) => error.to_string(),
        };
        d(text).await?;
        e(x).await
    }
}

workflow! {
    async fn handles_a_group(x: String) -> Result<String> {
        a(x).await?;
        let result = parallel!(b(x), c(x)).await;
        let text = match result {
            Ok((left, right)) => format!("{left}{right}"),
            Err(error) => error.to_string(),
        };
        d(text).await?;
        e(x).await
    }
}

// Case 29.
async fn a_handled_child_or_group_is_undone_alone_and_then_its_error_is_a_value(host: Host) {
    let expected = ["a(x)", "b(x)", "c(x)", "undo b(x)", "d(c fails)", "e(x)"];
    let app = App::default().fails("c");
    host.run(handles_a_child(x()), &app).await.unwrap();
    assert_eq!(app.lines(), lines(expected));
    let app = App::default().fails("c");
    host.run(handles_a_group(x()), &app).await.unwrap();
    assert_eq!(app.lines(), lines(expected));
}

// Case 30.
async fn what_a_handled_child_or_group_undid_is_not_undone_again(host: Host) {
    let expected = ["a(x)", "b(x)", "c(x)", "undo b(x)", "d(c fails)", "e(x)", "undo d(c fails)", "undo a(x)"];
    let app = App::default().fails("c").fails("e");
    let error = host.run(handles_a_child(x()), &app).await.unwrap_err();
    assert_eq!(app.lines(), lines(expected));
    assert_eq!(error.undone(), ["child/b", "d", "a"]);
    let app = App::default().fails("c").fails("e");
    host.run(handles_a_group(x()), &app).await.unwrap_err();
    assert_eq!(app.lines(), lines(expected));
}

async fn a_handled_region_whose_undo_gives_up_ends_the_whole_execution(host: Host) {
    for run in [0, 1] {
        let app = App::default().fails("c").fails("undo_b");
        let error = if run == 0 {
            host.run(handles_a_child(x()), &app).await.unwrap_err()
        } else {
            host.run(handles_a_group(x()), &app).await.unwrap_err()
        };
        assert_eq!(app.lines(), lines(["a(x)", "b(x)", "c(x)", "undo b(x)", "undo a(x)"]));
        assert_eq!(error.status(), Status::Failed);
        assert_eq!(error.undone(), ["a"]);
        assert_eq!(error.not_undone().count(), 1);
    }
}

on_every_host![
    a_handled_failure_rolls_nothing_back_and_is_a_value,
    a_failure_after_a_handled_one_undoes_earlier_steps_once,
    a_later_rollback_undoes_a_handled_step_that_may_have_had_its_effect,
    a_handled_child_or_group_is_undone_alone_and_then_its_error_is_a_value,
    what_a_handled_child_or_group_undid_is_not_undone_again,
    a_handled_region_whose_undo_gives_up_ends_the_whole_execution,
];
