//! A process dies in the middle of a step. The next one goes on with what is in the file.
//!
//! What was acknowledged does not run again. The step that was in flight does, under the same idempotency key: whoever has
//! the effect can tell that it is the same one.

use std::path::Path;
use std::process::Command;

use anyhow::Result;
use workflow_runtime::{Engine, Outcome, Services, StepContext, step, workflow};
use workflow_sqlite::SqliteStore;

/// The outside world, which is in trouble during the first life of the shop.
struct Bank {
    pulls_the_plug: bool,
}

#[derive(Services)]
struct App {
    bank: Bank,
}

/// One transaction in a database of our own.
#[step(compensate = release)]
async fn reserve(sku: String, ctx: &StepContext) -> Result<String> {
    println!("  {}: {sku}", ctx.idempotency_key());
    Ok(sku)
}

#[step]
async fn release(sku: String) -> Result<()> {
    println!("  released {sku}");
    Ok(())
}

#[step(compensate = refund)]
async fn charge(cents: u32, bank: &Bank, ctx: &StepContext) -> Result<u32> {
    println!("  {}: {cents}", ctx.idempotency_key());
    if bank.pulls_the_plug {
        // As `kill -9` would: nothing is tidied up, nothing is told to anybody.
        std::process::abort();
    }
    Ok(cents)
}

#[step]
async fn refund(charge: Outcome<u32>, ctx: &StepContext) -> Result<()> {
    match charge.payload() {
        Some(cents) => println!("  refunded {cents}"),
        None => println!("  refunded what was taken as {}", ctx.step_key()),
    }
    Ok(())
}

/// Once it is done there is no way back, so that who cancels meanwhile comes too late. When its answer is lost it is asked
/// again, under the same key, until it is known to be done.
#[step(pivot, retry(forever, backoff = "10ms..1m"))]
async fn ship(sku: String, ctx: &StepContext) -> Result<()> {
    println!("  {}: {sku}", ctx.idempotency_key());
    Ok(())
}

workflow! {
    async fn place_order(sku: String, cents: u32) -> Result<String> {
        let sku = reserve(sku).await?;
        let paid = charge(cents).await?;
        ship(sku).await?;
        Ok(format!("{sku} for {paid}"))
    }
}

async fn shop(file: &Path, pulls_the_plug: bool) -> Result<Engine<App>> {
    let store = SqliteStore::open(file).await?;
    let app = App { bank: Bank { pulls_the_plug } };
    Ok(Engine::builder(app).store(store).workflow::<place_order>().start().await?)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    // With the name of a file, this is the first process.
    if let Some(file) = std::env::args_os().nth(1) {
        let engine = shop(Path::new(&file), true).await?;
        engine.run(place_order("widget".to_owned(), 750).id("order-1")).await?;
        return Ok(());
    }

    let folder = tempfile::tempdir()?;
    let file = folder.path().join("shop.db");
    println!("the first process");
    let ended = Command::new(std::env::current_exe()?).arg(&file).status()?;
    println!("  it ended {}", if ended.success() { "well" } else { "badly" });

    println!("the second process");
    let engine = shop(&file, false).await?;
    println!("  recovered: {}", engine.recovered());
    // The same id is the same execution, so that whoever asks again gets its result.
    let receipt = engine.run(place_order("widget".to_owned(), 750).id("order-1")).await?;
    println!("  {receipt}");
    engine.shutdown().await?;
    Ok(())
}

#[cfg(test)]
#[path = "../tests/saga_examples/21_recovery.rs"]
pub(crate) mod suite;
