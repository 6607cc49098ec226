//! A workflow can wait: for a while with `sleep!`, for somebody with `signal!`.
//!
//! `spawn` gives a handle that sends signals. The clock is exchanged here, so that two days pass at once.

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};
use workflow_runtime::{ManualClock, step, workflow};

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Approval {
    by: String,
    granted: bool,
}

/// A row in a database of our own, which is there or is not.
#[step(compensate = withdraw)]
async fn submit(cents: u32) -> Result<u32> {
    println!("  submitted an expense of {cents}");
    Ok(cents)
}

#[step]
async fn withdraw(cents: u32) -> Result<()> {
    println!("  withdrew the expense of {cents}");
    Ok(())
}

#[step]
async fn decide(approval: Approval) -> Result<String> {
    ensure!(approval.granted, "{} said no", approval.by);
    Ok(approval.by)
}

/// Once it is done there is no way back, so that who cancels meanwhile comes too late. When its answer is lost it is asked
/// again, under the same key, until it is known to be done.
#[step(pivot, retry(forever, backoff = "1s..1h"))]
async fn pay(cents: u32) -> Result<()> {
    println!("  paid {cents}");
    Ok(())
}

workflow! {
    async fn reimburse(cents: u32) -> Result<String> {
        submit(cents).await?;
        let approval = signal!(Approval, timeout = "7d").await?;
        let approver = decide(approval).await?;
        sleep!("2d").await;
        pay(cents).await?;
        Ok(format!("approved by {approver}"))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let answers = [Some(true), Some(false), None];
    for answer in answers {
        println!("{}", answer.map_or("nobody answers", |yes| if yes { "yes" } else { "no" }));
        let clock = ManualClock::new();
        let run = reimburse(4_200).clock(clock.clone()).spawn(());
        if let Some(granted) = answer {
            run.signal(Approval { by: "Grace".to_owned(), granted })?;
        }
        // Lets the workflow go on until it waits, and then lets the time pass.
        let time = tokio::spawn(async move {
            loop {
                for _ in 0..20 {
                    tokio::task::yield_now().await;
                }
                if !clock.advance_to_next() {
                    break;
                }
            }
        });
        match run.result().await {
            Ok(text) => println!("  {text}"),
            Err(error) => println!("  {error}"),
        }
        time.await?;
    }
    Ok(())
}

#[cfg(test)]
#[path = "../tests/saga_examples/13_sleep_and_signals.rs"]
pub(crate) mod suite;
