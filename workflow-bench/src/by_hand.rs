//! The baselines: plain async calls and a `Vec` of compensations, with the clones that the workflows make.

use anyhow::Result;
use futures_util::future::{BoxFuture, join_all};

use crate::steps::{App, Parcel, collect, lose, pack, pack_slowly, unpack, wait_at_gate};

/// What to undo, oldest first.
type Undo<'a> = Vec<BoxFuture<'a, Result<()>>>;

/// Undoes everything, newest first.
async fn roll_back(undo: Undo<'_>) -> Result<()> {
    for compensation in undo.into_iter().rev() {
        compensation.await?;
    }
    Ok(())
}

/// Steps that return at once.
///
/// # Errors
/// When a step failed.
pub async fn sequence(steps: usize, first: Parcel, app: &App) -> Result<Parcel> {
    let mut undo = Undo::new();
    match forward(steps, first, app, &mut undo).await {
        Ok(last) => Ok(last),
        Err(error) => {
            roll_back(undo).await?;
            Err(error)
        }
    }
}

async fn forward<'a>(steps: usize, first: Parcel, app: &'a App, undo: &mut Undo<'a>) -> Result<Parcel> {
    let mut parcel = first;
    for _ in 0..steps {
        let packed = pack(parcel.clone(), &app.ledger).await?;
        undo.push(Box::pin(unpack(packed.clone(), &app.ledger)));
        parcel = packed;
    }
    Ok(parcel)
}

/// Steps that yield once.
///
/// # Errors
/// When a step failed.
pub async fn yielding(steps: usize, first: Parcel, app: &App) -> Result<Parcel> {
    let mut undo = Undo::new();
    match forward_yielding(steps, first, app, &mut undo).await {
        Ok(last) => Ok(last),
        Err(error) => {
            roll_back(undo).await?;
            Err(error)
        }
    }
}

async fn forward_yielding<'a>(steps: usize, first: Parcel, app: &'a App, undo: &mut Undo<'a>) -> Result<Parcel> {
    let mut parcel = first;
    for _ in 0..steps {
        let packed = pack_slowly(parcel.clone(), &app.ledger).await?;
        undo.push(Box::pin(unpack(packed.clone(), &app.ledger)));
        parcel = packed;
    }
    Ok(parcel)
}

/// Nine steps that work and one that fails, with the rollback.
///
/// # Errors
/// Always.
pub async fn rolled_back(first: Parcel, app: &App) -> Result<Parcel> {
    let mut undo = Undo::new();
    let result = async {
        let parcel = forward(9, first, app, &mut undo).await?;
        lose(parcel.clone(), &app.ledger).await
    }
    .await;
    match result {
        Ok(last) => Ok(last),
        Err(error) => {
            roll_back(undo).await?;
            Err(error)
        }
    }
}

/// One step, ten beside each other, one step.
///
/// # Errors
/// When a step failed.
pub async fn fan(first: Parcel, app: &App) -> Result<Parcel> {
    let mut undo = Undo::new();
    let result = async {
        let parcel = pack(first.clone(), &app.ledger).await?;
        undo.push(Box::pin(unpack(parcel.clone(), &app.ledger)));
        let branches = (0..10).map(|_| pack(parcel.clone(), &app.ledger));
        let mut parcels = Vec::with_capacity(10);
        let mut failure = None;
        for result in join_all(branches).await {
            match result {
                Ok(packed) => {
                    undo.push(Box::pin(unpack(packed.clone(), &app.ledger)));
                    parcels.push(packed);
                }
                Err(error) => failure = Some(error),
            }
        }
        if let Some(error) = failure {
            return Err(error);
        }
        let parcel = collect(parcels.clone(), &app.ledger).await?;
        undo.push(Box::pin(unpack(parcel.clone(), &app.ledger)));
        Ok(parcel)
    }
    .await;
    match result {
        Ok(last) => Ok(last),
        Err(error) => {
            roll_back(undo).await?;
            Err(error)
        }
    }
}

/// One step that waits at the gate.
///
/// # Errors
/// When the gate is gone.
pub async fn waiting(id: u64, app: &App) -> Result<u64> {
    wait_at_gate(id, &app.gate, &app.ledger).await
}

/// Ten steps beside each other that wait at the gate.
///
/// # Errors
/// When the gate is gone.
pub async fn ten_waiting(id: u64, app: &App) -> Result<u64> {
    let branches = join_all((0..10).map(|_| wait_at_gate(id, &app.gate, &app.ledger))).await;
    let mut sum = 0;
    for branch in branches {
        sum += branch?;
    }
    Ok(sum)
}
