//! Signals to a spawned workflow.

use std::time::Duration;

use anyhow::Result;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};
use workflow_runtime::{NotDelivered, workflow};

use crate::host::{Host, on_every_host};
use crate::support::*;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Approval {
    by: String,
}

fn approval(by: &str) -> Approval {
    Approval { by: by.to_owned() }
}

workflow! {
    async fn approved(x: String) -> Result<String> {
        a(x).await?;
        let approval = signal!(Approval).await?;
        b(approval.by).await
    }
}

async fn a_signal_reaches_a_workflow_that_waits(host: Host) {
    let handle = host.start(approved(x()), &App::default()).await;
    sleep(Duration::from_secs(60)).await;
    handle.signal(approval("Ann")).await.unwrap();
    assert_eq!(handle.result().await.unwrap(), "b(Ann)");
}

async fn a_signal_that_comes_early_is_kept(host: Host) {
    let handle = host.start(approved(x()), &App::default().takes("a", 60)).await;
    handle.signal(approval("Ann")).await.unwrap();
    assert_eq!(handle.result().await.unwrap(), "b(Ann)");
}

async fn a_signal_after_the_end_is_not_delivered(host: Host) {
    let handle = host.start(approved(x()), &App::default()).await;
    handle.signal(approval("Ann")).await.unwrap();
    sleep(Duration::from_secs(60)).await;
    assert_eq!(handle.signal(approval("Bob")).await, Err(NotDelivered));
    assert_eq!(handle.result().await.unwrap(), "b(Ann)");
}

workflow! {
    async fn approved_twice() -> Result<String> {
        #[name = "first"]
        let one = signal!(Approval).await?;
        #[name = "second"]
        let two = signal!(Approval).await?;
        Ok(format!("{} then {}", one.by, two.by))
    }
}

async fn a_signal_can_name_its_wait(host: Host) {
    let handle = host.start(approved_twice(), &App::default()).await;
    handle.signal_named("second", approval("Bob")).await.unwrap();
    handle.signal_named("first", approval("Ann")).await.unwrap();
    assert_eq!(handle.result().await.unwrap(), "Ann then Bob");
}

async fn signals_without_a_name_arrive_in_order(host: Host) {
    let handle = host.start(approved_twice(), &App::default()).await;
    handle.signal(approval("Ann")).await.unwrap();
    handle.signal(approval("Bob")).await.unwrap();
    assert_eq!(handle.result().await.unwrap(), "Ann then Bob");
}

workflow! {
    async fn asks_its_child(x: String) -> Result<String> {
        let answer = approved(x).await?;
        c(answer).await
    }
}

async fn a_child_s_signal_is_sent_by_naming_the_child(host: Host) {
    let handle = host.start(asks_its_child(x()), &App::default()).await;
    handle.signal_child::<approved, _>(approval("Ann")).await.unwrap();
    assert_eq!(handle.result().await.unwrap(), "c(b(Ann))");
}

workflow! {
    async fn in_time(x: String) -> Result<()> {
        a(x).await?;
        signal!(Approval, timeout = "3d").await?;
        Ok(())
    }
}

workflow! {
    async fn or_else(x: String) -> Result<String> {
        a(x).await?;
        let by = match signal!(Approval, timeout = "3d").await {
            Ok(approval) => approval.by,
            Err(error) => error.to_string(),
        };
        Ok(by)
    }
}

async fn a_signal_that_does_not_come_in_time_fails_its_node(host: Host) {
    let begun = Instant::now();
    let error = host.start(in_time(x()), &App::default()).await.result().await.unwrap_err();
    assert_eq!(begun.elapsed().as_secs(), 3 * 24 * 3600);
    assert_eq!(error.node_path(), Some("Approval"));
    assert_eq!(error.undone(), ["a"]);
    let text = host.start(or_else(x()), &App::default()).await.result().await.unwrap();
    assert_eq!(text, "the signal `Approval` did not arrive in time");
    let handle = host.start(or_else(x()), &App::default()).await;
    sleep(Duration::from_secs(3600)).await;
    handle.signal(approval("Ann")).await.unwrap();
    assert_eq!(handle.result().await.unwrap(), "Ann");
}

on_every_host![
    a_signal_reaches_a_workflow_that_waits,
    a_signal_that_comes_early_is_kept,
    a_signal_after_the_end_is_not_delivered,
    a_signal_can_name_its_wait,
    signals_without_a_name_arrive_in_order,
    a_child_s_signal_is_sent_by_naming_the_child,
    a_signal_that_does_not_come_in_time_fails_its_node,
];
