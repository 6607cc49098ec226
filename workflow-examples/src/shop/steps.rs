//! The steps of the shop: plain async functions, each with the step that undoes it.
//!
//! Every call to a service carries the step's idempotency key, so an attempt that repeats another does nothing new.
//! The undo of a step whose outcome nobody knows uses that same key: the service knows whether there was anything.

use anyhow::Result;
use workflow_runtime::{Outcome, Permanent, StepContext, step};

use super::catalog::Catalog;
use super::domain::{
    Address, Authorization, Card, Charge, Line, Money, Order, PricedLine, PricedOrder, Reservation, Shipment, Tax,
};
use super::services::{Carrier, Inventory, PaymentGateway, ServiceError, TaxService};

/// Checks the order against the catalog and prices it.
#[step]
pub async fn validate(order: Order, catalog: &Catalog) -> Result<PricedOrder> {
    let (mut lines, mut weight_grams, mut needs_shipping) = (Vec::new(), 0, false);
    for Line { sku, quantity } in order.lines {
        let unknown = || ServiceError::Refused(format!("unknown product {sku}"));
        let product = catalog.get(&sku).ok_or_else(unknown).permanent()?;
        lines.push(PricedLine { price: product.price * quantity, tax: product.tax, sku, quantity });
        weight_grams += product.weight_grams * quantity;
        needs_shipping |= !product.digital;
    }
    let total = lines.iter().map(|line| line.price).sum();
    let (id, address, card) = (order.id, order.address, order.card);
    Ok(PricedOrder { id, lines, address, card, total, weight_grams, needs_shipping })
}

/// Sets the ordered goods aside.
#[step(compensate = release, retry(attempts = 6, backoff = "5ms..80ms"), timeout = "250ms")]
pub async fn reserve(lines: Vec<PricedLine>, inventory: &Inventory, ctx: &StepContext) -> Result<Reservation> {
    let lines = lines.into_iter().map(|line| Line { sku: line.sku, quantity: line.quantity }).collect();
    judged(inventory.reserve(ctx.idempotency_key(), lines).await)
}

/// Gives reserved goods back.
#[step(retry(forever, backoff = "5ms..200ms"), timeout = "250ms")]
pub async fn release(stock: Outcome<Reservation>, inventory: &Inventory, ctx: &StepContext) -> Result<()> {
    let key = stock.payload().map_or_else(|| ctx.step_key().to_owned(), |stock| stock.id);
    judged(inventory.release(&key).await)
}

/// Asks what the state wants.
#[step(retry(attempts = 6, backoff = "5ms..80ms"), timeout = "250ms")]
pub async fn calculate_tax(
    address: Address,
    lines: Vec<PricedLine>,
    taxes: &TaxService,
    ctx: &StepContext,
) -> Result<Tax> {
    judged(taxes.calculate(ctx.idempotency_key(), &address.country, &lines).await)
}

/// Has the customer's bank hold the money back.
#[step(compensate = void, retry(attempts = 6, backoff = "5ms..80ms"), timeout = "250ms")]
pub async fn authorize(
    card: Card,
    amount: Money,
    payments: &dyn PaymentGateway,
    ctx: &StepContext,
) -> Result<Authorization> {
    judged(payments.authorize(ctx.idempotency_key(), &card, amount).await)
}

/// Lets go of the customer's money, also if it was taken after all.
#[step(retry(forever, backoff = "5ms..200ms"), timeout = "250ms")]
pub async fn void(auth: Outcome<Authorization>, payments: &dyn PaymentGateway, ctx: &StepContext) -> Result<()> {
    let key = auth.payload().map_or_else(|| ctx.step_key().to_owned(), |auth| auth.id);
    judged(payments.void(&key).await)
}

/// Gets a label for the parcel.
#[step(compensate = cancel_shipment, retry(attempts = 6, backoff = "5ms..80ms"), timeout = "250ms")]
pub async fn create_shipment(address: Address, grams: u32, carrier: &Carrier, ctx: &StepContext) -> Result<Shipment> {
    judged(carrier.label(ctx.idempotency_key(), &address, grams).await)
}

/// Cancels the label.
#[step(retry(forever, backoff = "5ms..200ms"), timeout = "250ms")]
pub async fn cancel_shipment(shipment: Outcome<Shipment>, carrier: &Carrier, ctx: &StepContext) -> Result<()> {
    let key = shipment.payload().map_or_else(|| ctx.step_key().to_owned(), |shipment| shipment.tracking);
    judged(carrier.cancel(&key).await)
}

/// Takes the money. After this there is no way back; until then `void` covers a capture that nobody saw succeed.
#[step(pivot, retry(attempts = 6, backoff = "5ms..80ms"), timeout = "250ms")]
pub async fn capture(auth: Authorization, payments: &dyn PaymentGateway) -> Result<Charge> {
    judged(payments.capture(&auth.id).await)
}

/// Hands the parcel to the van. It follows the pivot, so it never gives up.
#[step(retry(forever, backoff = "5ms..200ms"), timeout = "250ms")]
pub async fn dispatch(shipment: Shipment, carrier: &Carrier) -> Result<()> {
    judged(carrier.dispatch(&shipment.tracking).await)
}

/// A bad connection is worth another attempt, a refusal is not.
pub(super) fn judged<T>(answer: Result<T, ServiceError>) -> Result<T> {
    match answer {
        Err(refusal) if !refusal.is_transient() => Err(refusal).permanent(),
        answer => Ok(answer?),
    }
}
