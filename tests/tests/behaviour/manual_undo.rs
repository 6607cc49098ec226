//! `undo!`.

use anyhow::Result;
use workflow_runtime::{Status, workflow};

use crate::host::{Host, on_every_host};
use crate::support::*;

workflow! {
    async fn with_a_payload_from_elsewhere(payload: String) -> Result<()> {
        b(x()).await?;
        undo!(a, payload).await?;
        c(x()).await?;
        Ok(())
    }
}

// Case 31.
async fn an_undo_with_a_payload_runs_the_compensation_once(host: Host) {
    let app = App::default().fails("c");
    let error = host.run(with_a_payload_from_elsewhere("stored".to_owned()), &app).await.unwrap_err();
    assert_eq!(app.lines(), lines(["b(x)", "undo stored", "c(x)", "undo b(x)"]));
    assert_eq!(error.undone(), ["undo-a#1", "b"]);
}

workflow! {
    async fn undone_here(x: String) -> Result<()> {
        a(x).await?;
        b(x).await?;
        undo!(a).await?;
        c(x).await?;
        Ok(())
    }
}

// Case 31.
async fn an_undo_of_a_node_runs_there_and_then_and_not_again(host: Host) {
    let app = App::default().fails("c");
    host.run(undone_here(x()), &app).await.unwrap_err();
    assert_eq!(app.lines(), lines(["a(x)", "b(x)", "undo a(x)", "c(x)", "undo b(x)"]));
}

async fn an_undo_that_fails_is_tried_again_in_its_place_of_the_rollback(host: Host) {
    let app = App::default().fails("undo_a");
    let error = host.run(undone_here(x()), &app).await.unwrap_err();
    assert_eq!(app.lines(), lines(["a(x)", "b(x)", "undo a(x)", "undo b(x)", "undo a(x)"]));
    assert_eq!(error.status(), Status::Failed);
    assert_eq!(error.undone(), ["b"]);
}

workflow! {
    async fn item_by_item(x: String) -> Result<()> {
        for item in 0..3 {
            let result = doubtful(format!("{x}{item}")).await;
            let text = format!("{}", result.is_ok());
            b(text).await?;
            if item != 0 {
                undo!(doubtful).await?;
            }
        }
        c(x).await?;
        Ok(())
    }
}

async fn an_undo_in_a_loop_means_the_node_of_its_own_item(host: Host) {
    let app = App::default().fails("c");
    host.run(item_by_item(x()), &app).await.unwrap_err();
    let undone: Vec<_> = app.lines().into_iter().filter(|line| line.starts_with("undo doubtful")).collect();
    let expected = ["x1", "x2", "x0"].map(|item| format!(r#"undo doubtful: Done("doubtful({item})")"#));
    assert_eq!(undone, expected);
}

workflow! {
    async fn twice_for_the_last_item(x: String) -> Result<()> {
        for item in 0..2 {
            a(format!("{x}{item}")).await?;
            if item == 1 {
                undo!(a).await?;
                undo!(a).await?;
            }
        }
        b(x).await?;
        Ok(())
    }
}

async fn an_undo_of_what_is_undone_already_does_not_reach_for_another_item(host: Host) {
    let app = App::default().fails("b");
    host.run(twice_for_the_last_item(x()), &app).await.unwrap_err();
    assert_eq!(app.lines(), lines(["a(x0)", "a(x1)", "undo a(x1)", "b(x)", "undo a(x0)"]));
}

on_every_host![
    an_undo_with_a_payload_runs_the_compensation_once,
    an_undo_of_a_node_runs_there_and_then_and_not_again,
    an_undo_that_fails_is_tried_again_in_its_place_of_the_rollback,
    an_undo_in_a_loop_means_the_node_of_its_own_item,
    an_undo_of_what_is_undone_already_does_not_reach_for_another_item,
];
