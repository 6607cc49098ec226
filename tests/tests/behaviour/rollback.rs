//! What is undone when a step fails, and in which order.

use anyhow::Result;
use workflow_runtime::{Status, StepResponse, step, workflow};

use crate::host::{Host, on_every_host};
use crate::support::*;

workflow! {
    async fn three(x: String) -> Result<()> {
        a(x).await?;
        b(x).await?;
        c(x).await?;
        Ok(())
    }
}

workflow! {
    async fn ends_in_doubt(x: String) -> Result<()> {
        a(x).await?;
        doubtful(x).await?;
        Ok(())
    }
}

workflow! {
    async fn ends_half_way(parts: Vec<u32>, fails_at: u32) -> Result<()> {
        a(x()).await?;
        half(parts, fails_at).await?;
        Ok(())
    }
}

// Case 15.
async fn what_succeeded_is_undone_newest_first(host: Host) {
    let app = App::default().fails("c");
    let error = host.run(three(x()), &app).await.unwrap_err();
    assert_eq!(app.lines(), lines(["a(x)", "b(x)", "c(x)", "undo b(x)", "undo a(x)"]));
    assert_eq!(error.undone(), ["b", "a"]);
    assert_eq!(error.status(), Status::Compensated);
}

// Case 15.
async fn a_compensation_that_takes_an_outcome_hears_of_a_step_that_failed(host: Host) {
    let app = App::default().fails("doubtful");
    host.run(ends_in_doubt(x()), &app).await.unwrap_err();
    assert_eq!(app.lines(), lines(["a(x)", "doubtful(x)", "undo doubtful: Unknown", "undo a(x)"]));
}

// Cases 15 and 25.
async fn a_partial_failure_undoes_its_own_part_first(host: Host) {
    let app = App::default();
    host.run(ends_half_way(vec![2, 4, 6], 6), &app).await.unwrap_err();
    assert_eq!(app.lines(), lines(["a(x)", "part 2", "part 4", "undo parts [2, 4]", "undo a(x)"]));
}

async fn an_error_through_a_question_mark_is_no_partial_failure(host: Host) {
    let app = App::default();
    host.run(ends_half_way(vec![2], 9), &app).await.unwrap_err();
    assert_eq!(app.lines(), lines(["a(x)", "part 2", "undo a(x)"]));
}

workflow! {
    async fn with_a_hole(x: String) -> Result<()> {
        a(x).await?;
        b(x).await?;
        if x.is_empty() {
            c(x).await?;
        }
        d(x).await?;
        e(x).await?;
        Ok(())
    }
}

// Case 17.
async fn a_skipped_branch_leaves_no_hole_in_the_order(host: Host) {
    let app = App::default().fails("e");
    host.run(with_a_hole(x()), &app).await.unwrap_err();
    let expected = ["a(x)", "b(x)", "d(x)", "e(x)", "undo d(x)", "undo b(x)", "undo a(x)"];
    assert_eq!(app.lines(), lines(expected));
}

workflow! {
    async fn ten_items(x: String) -> Result<()> {
        for item in 1..11 {
            a(format!("{x}{item}")).await?;
            if item == 7 {
                b(x).await?;
            }
        }
        Ok(())
    }
}

// Case 21.
async fn a_failure_inside_a_loop_undoes_the_items_before_it(host: Host) {
    let app = App::default().fails("b");
    let error = host.run(ten_items(x()), &app).await.unwrap_err();
    let undone: Vec<_> = app.lines().into_iter().filter(|line| line.starts_with("undo")).collect();
    let expected: Vec<_> = (1..=7).rev().map(|item| format!("undo a(x{item})")).collect();
    assert_eq!(undone, expected);
    assert_eq!(error.undone()[0], "for#1[6]/a");
}

workflow! {
    async fn child(x: String) -> Result<String> {
        let first = b(x).await?;
        c(first).await
    }
}

workflow! {
    async fn parent(x: String) -> Result<()> {
        a(x).await?;
        let y = child(x).await?;
        d(y).await?;
        e(x).await?;
        Ok(())
    }
}

// Case 22.
async fn a_child_that_fails_undoes_its_own_steps_then_those_of_its_parent(host: Host) {
    let app = App::default().fails("c");
    let error = host.run(parent(x()), &app).await.unwrap_err();
    assert_eq!(app.lines(), lines(["a(x)", "b(x)", "c(b(x))", "undo b(x)", "undo a(x)"]));
    assert_eq!(error.status(), Status::Compensated);
    assert_eq!(error.node_path(), Some("child/c"));
}

// Case 23.
async fn a_later_failure_of_the_parent_undoes_a_finished_child_in_its_place(host: Host) {
    let app = App::default().fails("e");
    let error = host.run(parent(x()), &app).await.unwrap_err();
    let undone: Vec<_> = app.lines().into_iter().filter(|line| line.starts_with("undo")).collect();
    assert_eq!(undone, ["undo d(c(b(x)))", "undo c(b(x))", "undo b(x)", "undo a(x)"]);
    assert_eq!(error.undone(), ["d", "child/c", "child/b", "a"]);
}

#[step(compensate = forget)]
async fn remember(id: u64) -> Result<StepResponse<String, u64>> {
    Ok(StepResponse::new(format!("user {id}"), id))
}

#[step]
async fn forget(id: u64, log: &Log) -> Result<()> {
    log.add(format!("forget {id}"));
    Ok(())
}

#[step(compensate = unlock)]
async fn lock() -> Result<StepResponse<String, ()>> {
    Ok(StepResponse::new("locked".to_owned(), ()))
}

#[step]
async fn unlock(nothing: (), log: &Log) -> Result<()> {
    log.add(format!("unlock {nothing:?}"));
    Ok(())
}

#[step(compensate = put_back)]
async fn take_out(found: Option<u32>) -> Result<StepResponse<bool, Option<u32>>> {
    Ok(StepResponse::new(found.is_some(), found))
}

#[step]
async fn put_back(found: Option<u32>, log: &Log) -> Result<()> {
    log.add(format!("put back {found:?}"));
    Ok(())
}

workflow! {
    async fn payloads() -> Result<()> {
        let user = remember(17).await?;
        let state = lock().await?;
        let found = take_out(None).await?;
        a(format!("{user} {state} {found}")).await?;
        Ok(())
    }
}

// Case 24.
async fn a_compensation_gets_exactly_the_payload(host: Host) {
    let app = App::default().fails("a");
    host.run(payloads(), &app).await.unwrap_err();
    assert_eq!(app.lines(), lines(["a(user 17 locked false)", "put back None", "unlock ()", "forget 17"]));
}

workflow! {
    async fn undo_retries(x: String) -> Result<()> {
        a(x).await?;
        patient(x).await?;
        b(x).await?;
        c(x).await?;
        Ok(())
    }
}

// Case 26.
async fn a_compensation_that_fails_twice_and_then_works_compensates(host: Host) {
    let app = App::default().fails("c").fails_times("undo_patient", 2);
    let error = host.run(undo_retries(x()), &app).await.unwrap_err();
    assert_eq!(error.status(), Status::Compensated);
    let undone: Vec<_> = app.lines().into_iter().filter(|line| line.starts_with("undo")).collect();
    let told = r#"undo patient: Done("patient(x)")"#;
    let expected = ["undo b(x)", &format!("{told} 1"), &format!("{told} 2"), &format!("{told} 3"), "undo a(x)"];
    assert_eq!(undone, expected);
}

// Case 26.
async fn a_compensation_that_gives_up_does_not_stop_the_others(host: Host) {
    let app = App::default().fails("c").fails("undo_b");
    let error = host.run(undo_retries(x()), &app).await.unwrap_err();
    assert_eq!(error.status(), Status::Failed);
    assert_eq!(error.undone(), ["patient", "a"]);
    let not_undone: Vec<_> = error.not_undone().map(|node| node.to_string()).collect();
    assert_eq!(not_undone, ["`b`: undo_b fails"]);
    assert_eq!(
        error.to_string(),
        "workflow `undo_retries` failed at `c`: c fails; undone: patient, a; NOT undone: `b`: undo_b fails"
    );
}

// Case 27.
async fn a_panic_is_a_failed_attempt_that_may_have_had_its_effect(host: Host) {
    let app = App::default().panics("doubtful", u32::MAX);
    let error = host.run(ends_in_doubt(x()), &app).await.unwrap_err();
    assert_eq!(app.lines(), lines(["a(x)", "doubtful(x)", "undo doubtful: Unknown", "undo a(x)"]));
    assert_eq!(error.error().unwrap().to_string(), "panicked: doubtful panics");
    // The process lives on.
    host.run(three(x()), &app).await.unwrap();
}

workflow! {
    async fn only_patient(x: String) -> Result<String> {
        patient(x).await
    }
}

// Case 27.
async fn a_step_that_panicked_is_retried_like_any_other(host: Host) {
    let app = App::default().panics("patient", 2);
    assert_eq!(host.run(only_patient(x()), &app).await.unwrap(), "patient(x)");
    assert_eq!(app.lines(), lines(["patient(x) 1", "patient(x) 2", "patient(x) 3"]));
}

// Case 27.
async fn a_compensation_that_panics_is_one_that_failed(host: Host) {
    let app = App::default().fails("c").panics("undo_b", u32::MAX);
    let error = host.run(three(x()), &app).await.unwrap_err();
    assert_eq!(error.status(), Status::Failed);
    assert_eq!(error.undone(), ["a"]);
    let not_undone: Vec<_> = error.not_undone().map(|node| node.to_string()).collect();
    assert_eq!(not_undone, ["`b`: panicked: undo_b panics"]);
}

workflow! {
    async fn parses(text: String) -> Result<u32> {
        a(text).await?;
        let number = text.parse::<u32>()?;
        Ok(number + 1)
    }
}

workflow! {
    async fn ends_in_a_parse(text: String) -> Result<u32> {
        a(text).await?;
        Ok(text.parse::<u32>()?)
    }
}

workflow! {
    async fn indexes(list: Vec<u32>) -> Result<u32> {
        a(x()).await?;
        let third = list[2];
        Ok(third)
    }
}

// Case 28.
async fn a_question_mark_in_an_expression_rolls_back_and_says_where(host: Host) {
    let app = App::default();
    assert_eq!(host.run(parses("6".to_owned()), &app).await.unwrap(), 7);
    for error in [
        host.run(parses("six".to_owned()), &app).await.unwrap_err(),
        host.run(ends_in_a_parse("six".to_owned()), &app).await.unwrap_err(),
    ] {
        let text = error.to_string();
        assert!(text.contains("behaviour/rollback.rs:"), "{text}");
        assert!(text.contains("invalid digit found in string"), "{text}");
        assert_eq!(error.downcast_ref::<std::num::ParseIntError>().is_some(), !host.is_durable());
        assert_eq!(error.undone(), ["a"]);
    }
    assert_eq!(app.lines(), lines(["a(6)", "a(six)", "undo a(six)", "a(six)", "undo a(six)"]));
}

async fn a_panic_in_an_expression_rolls_back(host: Host) {
    let app = App::default();
    let error = host.run(indexes(vec![1]), &app).await.unwrap_err();
    assert_eq!(error.undone(), ["a"]);
    assert!(error.to_string().contains("index out of bounds"), "{error}");
}

on_every_host![
    what_succeeded_is_undone_newest_first,
    a_compensation_that_takes_an_outcome_hears_of_a_step_that_failed,
    a_partial_failure_undoes_its_own_part_first,
    an_error_through_a_question_mark_is_no_partial_failure,
    a_skipped_branch_leaves_no_hole_in_the_order,
    a_failure_inside_a_loop_undoes_the_items_before_it,
    a_child_that_fails_undoes_its_own_steps_then_those_of_its_parent,
    a_later_failure_of_the_parent_undoes_a_finished_child_in_its_place,
    a_compensation_gets_exactly_the_payload,
    a_compensation_that_fails_twice_and_then_works_compensates,
    a_compensation_that_gives_up_does_not_stop_the_others,
    a_panic_is_a_failed_attempt_that_may_have_had_its_effect,
    a_step_that_panicked_is_retried_like_any_other,
    a_compensation_that_panics_is_one_that_failed,
    a_question_mark_in_an_expression_rolls_back_and_says_where,
    a_panic_in_an_expression_rolls_back,
];
