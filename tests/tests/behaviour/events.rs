//! When events are released.

use std::sync::{Arc, Mutex};

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};
use workflow_runtime::{Event, StepContext, step, workflow};

use crate::host::{Host, on_every_host};
use crate::support::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Said(String);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Counted(u32);

fn said(text: &str) -> Said {
    Said(text.to_owned())
}

#[step(compensate = unsay, retry(attempts = 2))]
async fn say(text: String, ctx: &StepContext) -> Result<()> {
    ctx.emit(Said(format!("{text} {}", ctx.attempt())));
    if text == "twice" && ctx.attempt() == 1 || text == "never" {
        bail!("not this time");
    }
    Ok(())
}

#[step]
async fn unsay(_nothing: (), ctx: &StepContext) -> Result<()> {
    ctx.emit(said("taken back"));
    Ok(())
}

workflow! {
    async fn speaks(last: String) -> Result<()> {
        say("twice".to_owned()).await?;
        emit!(Counted(7));
        parallel!(#[name = "left"] say("left".to_owned()), #[name = "right"] say("right".to_owned())).await?;
        #[name = "last"]
        say(last).await?;
        Ok(())
    }
}

workflow! {
    async fn scoped() -> Result<()> {
        emit!(Counted(1));
        if let Err(_error) = speaks("never".to_owned()).await {
            emit!(Counted(2));
        }
        Ok(())
    }
}

/// Where events are gathered, as text.
fn gather() -> (Arc<Mutex<Vec<String>>>, impl Fn(&Event) + Send + Sync + 'static) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let into = Arc::clone(&seen);
    let text = |event: &Event| String::from_utf8(event.to_json().unwrap()).unwrap();
    (seen, move |event: &Event| into.lock().unwrap().push(text(event)))
}

// Case 51.
async fn events_are_released_once_and_in_order_after_completion(host: Host) {
    let app = App::default();
    host.run(speaks("end".to_owned()), &app).await.unwrap();
    assert_eq!(host.released(), [r#""twice 2""#, "7", r#""left 1""#, r#""right 1""#, r#""end 1""#]);
}

// Case 51.
async fn a_rollback_releases_only_what_its_compensations_emitted(host: Host) {
    host.run(speaks("never".to_owned()), &App::default()).await.unwrap_err();
    assert_eq!(host.released(), [r#""taken back""#; 3]);
}

async fn the_events_of_an_undone_scope_are_dropped(host: Host) {
    host.run(scoped(), &App::default()).await.unwrap();
    let taken_back = r#""taken back""#;
    assert_eq!(host.released(), ["1", "2", taken_back, taken_back, taken_back]);
}

// Case 51. In process only: the subscribers of an engine are its own.
#[tokio::test(start_paused = true)]
async fn a_subscriber_that_panics_changes_nothing() {
    let (seen, into) = gather();
    speaks("end".to_owned())
        .on_event(|_: &Said| panic!("a subscriber panics"))
        .on_event(|counted: &Counted| assert_eq!(*counted, Counted(7)))
        .on_any_event(into)
        .run(&App::default())
        .await
        .unwrap();
    assert_eq!(seen.lock().unwrap().len(), 5);
}

on_every_host![
    events_are_released_once_and_in_order_after_completion,
    a_rollback_releases_only_what_its_compensations_emitted,
    the_events_of_an_undone_scope_are_dropped,
];
