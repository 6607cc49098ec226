//! The steps, which both sides call, and the services that they borrow.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use workflow_runtime::{Services, step};

/// A value as workflows pass it around: a number and a text, so that a clone allocates once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parcel {
    /// How many steps it has seen.
    pub id: u64,
    /// Long enough to need an allocation of its own.
    pub label: String,
}

impl Parcel {
    /// A parcel that no step has seen yet.
    #[must_use]
    pub fn new() -> Self {
        Self { id: 0, label: "to the north".to_owned() }
    }
}

impl Default for Parcel {
    fn default() -> Self {
        Self::new()
    }
}

/// Counts what was done, so that no work can be optimised away.
#[derive(Debug, Default)]
pub struct Ledger {
    done: AtomicU64,
    undone: AtomicU64,
}

impl Ledger {
    /// How many steps ran, and how many compensations.
    #[must_use]
    pub fn counts(&self) -> (u64, u64) {
        (self.done.load(Ordering::Relaxed), self.undone.load(Ordering::Relaxed))
    }

    fn note(counter: &AtomicU64) {
        // One writer at a time is all that the benchmarks need, so this is no read-modify-write.
        counter.store(counter.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    }
}

/// Holds steps in flight until it is opened.
#[derive(Debug)]
pub struct Gate {
    waiting: AtomicUsize,
    permits: Semaphore,
}

impl Default for Gate {
    fn default() -> Self {
        Self { waiting: AtomicUsize::new(0), permits: Semaphore::new(0) }
    }
}

impl Gate {
    /// Ends when this many steps wait.
    pub async fn arrived(&self, steps: usize) {
        while self.waiting.load(Ordering::Relaxed) < steps {
            tokio::task::yield_now().await;
        }
    }

    /// Lets this many steps through, once all of them wait.
    pub async fn open_for(&self, steps: usize) {
        self.arrived(steps).await;
        self.waiting.fetch_sub(steps, Ordering::Relaxed);
        self.permits.add_permits(steps);
    }

    async fn pass(&self) -> Result<()> {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        self.permits.acquire().await?.forget();
        Ok(())
    }
}

/// The container.
#[derive(Debug, Default, Services)]
pub struct App {
    /// What every step writes to.
    pub ledger: Ledger,
    /// What some steps wait for.
    pub gate: Gate,
}

/// Returns at once.
///
/// # Errors
/// Never.
#[step(compensate = unpack)]
pub async fn pack(parcel: Parcel, ledger: &Ledger) -> Result<Parcel> {
    Ledger::note(&ledger.done);
    Ok(Parcel { id: parcel.id + 1, ..parcel })
}

/// Yields once.
///
/// # Errors
/// Never.
#[step(compensate = unpack)]
pub async fn pack_slowly(parcel: Parcel, ledger: &Ledger) -> Result<Parcel> {
    tokio::task::yield_now().await;
    Ledger::note(&ledger.done);
    Ok(Parcel { id: parcel.id + 1, ..parcel })
}

/// Waits at the gate.
///
/// # Errors
/// When the gate is gone.
#[step]
pub async fn wait_at_gate(id: u64, gate: &Gate, ledger: &Ledger) -> Result<u64> {
    gate.pass().await?;
    Ledger::note(&ledger.done);
    Ok(id + 1)
}

/// Undoes a step.
///
/// # Errors
/// Never.
#[step]
pub async fn unpack(parcel: Parcel, ledger: &Ledger) -> Result<()> {
    Ledger::note(&ledger.undone);
    drop(parcel);
    Ok(())
}

/// Fails.
///
/// # Errors
/// Always.
#[step]
pub async fn lose(parcel: Parcel, ledger: &Ledger) -> Result<Parcel> {
    Ledger::note(&ledger.done);
    bail!("parcel {} is lost", parcel.id)
}

/// Adds up what parallel steps gave.
///
/// # Errors
/// Never.
#[step(compensate = unpack)]
pub async fn collect(parcels: Vec<Parcel>, ledger: &Ledger) -> Result<Parcel> {
    Ledger::note(&ledger.done);
    let id = parcels.iter().map(|parcel| parcel.id).sum();
    Ok(Parcel { id, label: parcels.into_iter().map(|parcel| parcel.label).next_back().unwrap_or_default() })
}
