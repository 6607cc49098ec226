//! What the error of a workflow tells.

use std::fmt;

use anyhow::{Context, Result};
use workflow_runtime::{Permanent, Status, step, workflow};

use crate::host::{Host, on_every_host};
use crate::support::*;

#[derive(Debug, PartialEq, Eq)]
struct Declined {
    code: u16,
}

impl fmt::Display for Declined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "declined with code {}", self.code)
    }
}

impl std::error::Error for Declined {}

#[step]
async fn pay() -> Result<(), Declined> {
    Err(Declined { code: 51 })
}

#[step(retry(attempts = 4))]
async fn pay_by_card() -> Result<()> {
    Err(Declined { code: 52 }).permanent().context("the bank refused")
}

workflow! {
    async fn pays(x: String) -> Result<()> {
        a(x).await?;
        pay().await?;
        Ok(())
    }
}

workflow! {
    async fn pays_by_card(x: String) -> Result<()> {
        a(x).await?;
        pay_by_card().await?;
        Ok(())
    }
}

async fn a_workflow_error_names_the_step_the_attempt_and_what_was_undone(host: Host) {
    let error = host.run(pays(x()).id("order-1"), &App::default()).await.unwrap_err();
    assert_eq!(error.workflow(), "pays");
    assert_eq!(error.execution_id(), "order-1");
    assert_eq!(error.status(), Status::Compensated);
    assert_eq!(error.step(), Some("pay"));
    assert_eq!(error.node_path(), Some("pay"));
    assert_eq!(error.attempts(), Some(1));
    assert_eq!(error.undone(), ["a"]);
    assert_eq!(error.not_undone().count(), 0);
    assert!(!error.is_cancelled());
    assert_eq!(error.timed_out_at(), None);
    assert_eq!(error.clone().to_string(), error.to_string());
    assert_eq!(error.to_string(), "workflow `pays` failed at `pay`: declined with code 51; undone: a");
}

async fn the_original_error_is_found_by_downcast(host: Host) {
    // A store keeps the text.
    let kept = |error| (!host.is_durable()).then_some(error);
    let error = host.run(pays(x()), &App::default()).await.unwrap_err();
    assert_eq!(error.downcast_ref(), kept(Declined { code: 51 }).as_ref());
    assert!(error.downcast_ref::<std::io::Error>().is_none());
    // Also through `.permanent()` and a context.
    let error = host.run(pays_by_card(x()), &App::default()).await.unwrap_err();
    assert_eq!(error.downcast_ref(), kept(Declined { code: 52 }).as_ref());
    assert_eq!(error.attempts(), Some(1));
    assert_eq!(
        error.to_string(),
        "workflow `pays_by_card` failed at `pay_by_card`: the bank refused: declined with code 52; undone: a"
    );
}

workflow! {
    async fn retries(x: String) -> Result<String> {
        patient(x).await
    }
}

async fn the_number_of_attempts_is_told(host: Host) {
    let error = host.run(retries(x()), &App::default().fails("patient")).await.unwrap_err();
    assert_eq!(error.attempts(), Some(3));
    assert_eq!(
        error.to_string(),
        "workflow `retries` failed at `patient` after 3 attempts: patient fails; undone: patient"
    );
}

on_every_host![
    a_workflow_error_names_the_step_the_attempt_and_what_was_undone,
    the_original_error_is_found_by_downcast,
    the_number_of_attempts_is_told,
];
