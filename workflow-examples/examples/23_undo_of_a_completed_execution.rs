//! A customer changes their mind days after everything was done: the execution is undone, newest first, from what was
//! recorded. Then they change it again.

use anyhow::Result;
use workflow_runtime::{Engine, EngineError, Outcome, Rerun, StepContext, step, workflow};
use workflow_sqlite::SqliteStore;

#[step(compensate = cancel_flight)]
async fn book_flight(to: String, ctx: &StepContext) -> Result<String> {
    println!("  booked a flight to {to}, as {}", ctx.idempotency_key());
    Ok(format!("flight to {to}"))
}

/// When no answer came, the airline still knows the booking by its key.
#[step]
async fn cancel_flight(flight: Outcome<String>, ctx: &StepContext) -> Result<()> {
    match flight.payload() {
        Some(flight) => println!("  cancelled the {flight}"),
        None => println!("  cancelled what was booked as {}", ctx.step_key()),
    }
    Ok(())
}

#[step(compensate = cancel_hotel)]
async fn book_hotel(city: String, nights: u32) -> Result<String> {
    println!("  booked {nights} nights in {city}");
    Ok(format!("{nights} nights in {city}"))
}

#[step]
async fn cancel_hotel(stay: Outcome<String>, ctx: &StepContext) -> Result<()> {
    match stay.payload() {
        Some(stay) => println!("  cancelled the {stay}"),
        None => println!("  cancelled what was booked as {}", ctx.step_key()),
    }
    Ok(())
}

workflow! {
    async fn book_trip(city: String, nights: u32) -> Result<String> {
        let flight = book_flight(city).await?;
        let stay = book_hotel(city, nights).await?;
        Ok(format!("{flight}, {stay}"))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let store = SqliteStore::open(folder.path().join("trips.db")).await?;
    let trip = || book_trip("Lisbon".to_owned(), 3).id("trip-7");

    println!("Monday");
    let engine = Engine::builder(()).store(store.clone()).workflow::<book_trip>().start().await?;
    println!("  {}", engine.run(trip()).await?);
    engine.shutdown().await?;

    println!("Thursday, in another process");
    let engine = Engine::builder(()).store(store).workflow::<book_trip>().start().await?;
    engine.undo("trip-7").await?;
    let undone = engine.run(trip()).await;
    if let Err(EngineError::Workflow(error)) = undone {
        println!("  {error}");
    }

    println!("Friday");
    // The id stays with what was undone, unless the caller says otherwise; the further run has keys of its own.
    println!("  {}", engine.run(trip().rerun(Rerun::AfterCompensated)).await?);
    engine.shutdown().await?;
    Ok(())
}

#[cfg(test)]
#[path = "../tests/saga_examples/23_undo_of_a_completed_execution.rs"]
pub(crate) mod suite;
