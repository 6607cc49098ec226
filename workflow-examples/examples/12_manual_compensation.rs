//! `undo!(step)` undoes a step of this workflow at once; `undo!(step, payload)` runs the compensation of a step from
//! elsewhere, as a workflow that cancels an order does.

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};
use workflow_runtime::{Outcome, step, workflow};

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Placed {
    stock: String,
    charge: u32,
}

/// One transaction in a database of our own.
#[step(compensate = release)]
async fn reserve(product: String) -> Result<String> {
    println!("  reserved {product}");
    Ok(product)
}

#[step]
async fn release(product: String) -> Result<()> {
    println!("  released {product}");
    Ok(())
}

/// A partner's warehouse, which may have reserved although its answer was lost: what undoes it, hears of doubt.
#[step(compensate = release_reserved_abroad)]
async fn reserve_abroad(product: String) -> Result<String> {
    println!("  reserved {product} abroad");
    Ok(product)
}

#[step]
async fn release_reserved_abroad(product: Outcome<String>) -> Result<()> {
    match product.payload() {
        Some(product) => println!("  released {product} abroad"),
        None => println!("  asked abroad, and released what there was"),
    }
    Ok(())
}

#[step(compensate = refund)]
async fn charge(cents: u32) -> Result<u32> {
    if cents > 10_000 {
        bail!("the card was declined");
    }
    println!("  charged {cents}");
    Ok(cents)
}

#[step]
async fn refund(charge: Outcome<u32>) -> Result<()> {
    match charge.payload() {
        Some(cents) => println!("  refunded {cents}"),
        None => println!("  asked the bank, and refunded what there was"),
    }
    Ok(())
}

workflow! {
    async fn place_order(product: String, cents: u32, near: bool) -> Result<Placed> {
        let stock = reserve_abroad(product).await?;
        if near {
            // Undone here and now, and not once more should the charge fail.
            undo!(reserve_abroad).await?;
            reserve(product).await?;
        }
        let charge = charge(cents).await?;
        Ok(Placed { stock, charge })
    }
}

workflow! {
    /// Undoes an order that was completed long ago, with what was written down then.
    async fn cancel_order(placed: Placed) -> Result<()> {
        undo!(charge, placed.charge).await?;
        undo!(reserve, placed.stock).await?;
        Ok(())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    println!("place");
    let placed = place_order("mug".to_owned(), 1_690, true).run(&()).await?;
    println!("cancel");
    cancel_order(placed).run(&()).await?;
    println!("place one that fails");
    if let Err(error) = place_order("machine".to_owned(), 124_900, true).run(&()).await {
        println!("  {error}");
    }
    Ok(())
}

#[cfg(test)]
#[path = "../tests/saga_examples/12_manual_compensation.rs"]
pub(crate) mod suite;
