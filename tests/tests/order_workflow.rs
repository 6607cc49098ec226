//! The workflow of the documentation, as it is written.
#![allow(missing_docs, clippy::unwrap_used)]
use anyhow::Result;
use serde::{Deserialize, Serialize};
use workflow_runtime::{Services, step, workflow};

#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub struct Line {
    sku: String,
    n: u32,
}
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Order {
    id: u64,
    lines: Vec<Line>,
    address: String,
    payment: String,
    total: u64,
    needs_shipping: bool,
}
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reservation {
    ids: Vec<u64>,
}
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Tax {
    amount: u64,
}
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub struct Receipt {
    order: u64,
    charge: String,
    shipment: Option<String>,
}
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrderPlaced {
    id: u64,
}

pub struct Inventory;
#[derive(Services)]
pub struct App {
    inventory: Inventory,
}

#[step]
pub async fn validate(order: Order) -> Result<Order> {
    Ok(order)
}
#[step(compensate = release)]
pub async fn reserve(lines: Vec<Line>, _inventory: &Inventory) -> Result<Reservation> {
    Ok(Reservation { ids: lines.iter().map(|l| u64::from(l.n)).collect() })
}
#[step]
pub async fn release(_stock: Reservation) -> Result<()> {
    Ok(())
}
#[step]
pub async fn calculate_tax(_address: String, lines: Vec<Line>) -> Result<Tax> {
    Ok(Tax { amount: lines.len() as u64 })
}
#[step]
pub async fn authorize(payment: String, total: u64) -> Result<String> {
    Ok(format!("{payment}-{total}"))
}
#[step]
pub async fn create_shipment(address: String, stock: Reservation) -> Result<String> {
    Ok(format!("{address}-{:?}", stock.ids))
}
#[step]
pub async fn capture(auth: String, amount: u64) -> Result<String> {
    Ok(format!("{auth}={amount}"))
}

workflow! {
    /// Turns a cart into a paid, shipped order.
    #[workflow(timeout = "1h")]
    pub async fn place_order(order: Order) -> Result<Receipt> {
        let order = validate(order).await?;
        let (stock, tax, auth) = parallel!(
            reserve(order.lines),
            calculate_tax(order.address, order.lines),
            authorize(order.payment, order.total),
        ).await?;
        let shipment = if order.needs_shipping {
            Some(create_shipment(order.address, stock).await?)
        } else {
            None
        };
        emit!(OrderPlaced { id: order.id });
        let charge = capture(auth, order.total + tax.amount).await?;
        Ok(Receipt { order: order.id, charge, shipment })
    }
}

#[tokio::test]
async fn an_order_becomes_a_receipt() {
    let order = Order {
        id: 1,
        lines: vec![Line { sku: "a".into(), n: 2 }],
        address: "x".into(),
        payment: "p".into(),
        total: 5,
        needs_shipping: true,
    };
    let receipt = place_order(order).run(&App { inventory: Inventory }).await.unwrap();
    assert_eq!(receipt, Receipt { order: 1, charge: "p-5=6".into(), shipment: Some("x-[2]".into()) });
}
