//! The steps of buying goods. Each can be undone, also long after it was done.

use anyhow::{Result, ensure};
use workflow_runtime::{Outcome, Permanent, StepContext, step};

use super::super::catalog::Catalog;
use super::super::domain::{Line, Money};
use super::super::services::{Inventory, PaymentGateway, ServiceError, Supplier};
use super::super::steps::judged;
use super::{Approval, Bought, Paid, Shelved};

/// Orders goods of the supplier, at half the price for which they are sold.
#[step(compensate = call_off, retry(attempts = 6, backoff = "5ms..80ms"), timeout = "250ms")]
pub async fn buy(wanted: Line, catalog: &Catalog, supplier: &Supplier, ctx: &StepContext) -> Result<Bought> {
    let unknown = || ServiceError::Refused(format!("unknown product {}", wanted.sku));
    let product = catalog.get(&wanted.sku).ok_or_else(unknown).permanent()?;
    let amount = (product.price * wanted.quantity).share(5_000);
    judged(supplier.buy(ctx.idempotency_key(), wanted.clone(), amount).await)?;
    Ok(Bought { id: ctx.idempotency_key().to_owned(), line: wanted, amount })
}

/// Calls the order off.
#[step(retry(forever, backoff = "5ms..200ms"), timeout = "250ms")]
pub async fn call_off(bought: Outcome<Bought>, supplier: &Supplier, ctx: &StepContext) -> Result<()> {
    let key = bought.payload().map_or_else(|| ctx.step_key().to_owned(), |bought| bought.id);
    judged(supplier.call_off(&key).await)
}

/// Takes a no for a no.
#[step]
pub async fn grant(approval: Approval) -> Result<String> {
    ensure!(approval.granted, "{} said no", approval.by);
    Ok(approval.by)
}

/// Pays the supplier.
#[step(compensate = refund, retry(attempts = 6, backoff = "5ms..80ms"), timeout = "250ms")]
pub async fn pay(amount: Money, payments: &dyn PaymentGateway, ctx: &StepContext) -> Result<Paid> {
    judged(payments.pay(ctx.idempotency_key(), amount).await)?;
    Ok(Paid { id: ctx.idempotency_key().to_owned(), amount })
}

/// Gets the money back.
#[step(retry(forever, backoff = "5ms..200ms"), timeout = "250ms")]
pub async fn refund(paid: Outcome<Paid>, payments: &dyn PaymentGateway, ctx: &StepContext) -> Result<()> {
    let key = paid.payload().map_or_else(|| ctx.step_key().to_owned(), |paid| paid.id);
    judged(payments.refund(&key).await)
}

/// Puts the goods on the shelf.
#[step(compensate = unshelve, retry(attempts = 6, backoff = "5ms..80ms"), timeout = "250ms")]
pub async fn shelve(line: Line, inventory: &Inventory, ctx: &StepContext) -> Result<Shelved> {
    judged(inventory.shelve(ctx.idempotency_key(), line.clone()).await)?;
    Ok(Shelved { id: ctx.idempotency_key().to_owned(), line })
}

/// Takes the goods from the shelf again. It gives up where they are sold: then a person must look.
#[step(retry(attempts = 6, backoff = "5ms..200ms"), timeout = "250ms")]
pub async fn unshelve(shelved: Outcome<Shelved>, inventory: &Inventory, ctx: &StepContext) -> Result<()> {
    let key = shelved.payload().map_or_else(|| ctx.step_key().to_owned(), |shelved| shelved.id);
    judged(inventory.unshelve(&key).await)
}
