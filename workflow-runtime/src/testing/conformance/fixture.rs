//! What the checks are written with.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};

use super::StoreSetup;
use crate::store::{
    Append, Claim, Created, Execution, ExecutionStatus, NewEvent, NewExecution, NewMessage, PayloadLimit, Store,
    StoreError,
};

/// The two workers of most checks.
pub(super) const ADA: &str = "ada";
pub(super) const BOB: &str = "bob";
/// When most checks begin, and when the workers' leases end.
pub(super) const NOW: i64 = 1_000;
pub(super) const LEASE: i64 = 10_000;

/// A store in which both workers have a lease.
pub(super) async fn store<S: StoreSetup>(setup: &S) -> Result<S::Store> {
    let store = setup.empty(PayloadLimit::default()).await;
    store.renew(ADA, LEASE).await?;
    store.renew(BOB, LEASE).await?;
    Ok(store)
}

pub(super) fn new(id: &str) -> NewExecution {
    NewExecution {
        id: id.into(),
        workflow: "order".into(),
        version: 3,
        fingerprint: "f00d".into(),
        input: r#"{"item":"tea"}"#.to_owned(),
        status: ExecutionStatus::Running,
        owner: Some(ADA.into()),
        due: None,
        events: vec![event("begun", "")].into(),
        at: NOW,
        replaces: None,
    }
}

/// One that waits, owned by nobody.
pub(super) fn waiting(id: &str, due: i64) -> NewExecution {
    NewExecution { status: ExecutionStatus::Waiting, owner: None, due: Some(due), ..new(id) }
}

pub(super) fn event(kind: &str, path: &str) -> NewEvent {
    NewEvent { kind: kind.to_owned(), path: path.to_owned(), data: format!(r#"{{"of":"{path}"}}"#) }
}

/// An append by the owner that changes nothing but the revision and one event.
pub(super) fn next(execution: &Execution) -> Append {
    Append {
        id: execution.id.as_str().into(),
        owner: execution.owner.as_deref().unwrap_or_default().into(),
        revision: execution.revision,
        at: NOW + 10,
        events: vec![event("done", "reserve")].into(),
        status: execution.status,
        due: execution.due,
        retries: None,
        result: None,
        error: None,
        release: false,
        outbox: Vec::new(),
        consumed: Vec::new(),
    }
}

pub(super) fn ending(execution: &Execution, at: i64) -> Append {
    let result = Some("42".to_owned());
    Append { status: ExecutionStatus::Completed, at, result, due: None, ..next(execution) }
}

/// A workflow of which the version of [`new`] is known.
pub(super) fn knows(workflow: &str) -> (String, BTreeSet<u32>) {
    (workflow.to_owned(), [3].into())
}

pub(super) fn claim(owner: &str, now: i64) -> Claim {
    Claim { owner: owner.to_owned(), now, workflows: [knows("order")].into(), others_by: now, limit: 100 }
}

pub(super) fn message(id: &str, execution: &str) -> NewMessage {
    NewMessage {
        id: id.to_owned(),
        execution: execution.to_owned(),
        kind: "signal".to_owned(),
        name: "approval".to_owned(),
        data: r#"{"by":"eve"}"#.to_owned(),
        at: NOW + 5,
    }
}

pub(super) async fn begin(store: &impl Store, new: NewExecution) -> Result<Execution> {
    let id = Arc::clone(&new.id);
    match store.create(new).await? {
        Created::New { run, revision } => {
            let execution = load(store, &id).await?;
            same("run and revision that `create` answers", (run, revision), (execution.run, execution.revision))?;
            Ok(execution)
        }
        Created::Exists(execution) => anyhow::bail!("`{}` was there before it was created", execution.id),
    }
}

/// Creates an execution and brings it to its end.
pub(super) async fn ended(store: &impl Store, id: &str, at: i64) -> Result<Execution> {
    let execution = begin(store, new(id)).await?;
    store.append(ending(&execution, at)).await?;
    load(store, id).await
}

pub(super) async fn load(store: &impl Store, id: &str) -> Result<Execution> {
    store.load(id).await?.with_context(|| format!("`{id}` is not there"))
}

/// The ids of what a claim took.
pub(super) async fn claimed(store: &impl Store, claim: Claim) -> Result<Vec<String>> {
    Ok(store.claim(claim).await?.executions.into_iter().map(|execution| execution.id).collect())
}

pub(super) fn same<T: PartialEq + Debug>(what: &str, found: T, expected: T) -> Result<()> {
    ensure!(found == expected, "{what}: found {found:?}, expected {expected:?}");
    Ok(())
}

pub(super) fn is_lost(what: &str, answer: Result<(), StoreError>) -> Result<()> {
    ensure!(matches!(answer, Err(StoreError::Lost { .. })), "{what} has to be lost, and was answered {answer:?}");
    Ok(())
}
