//! Steps that the fixtures compose.
#![allow(dead_code, missing_docs)]

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};
use workflow_runtime::{Services, step};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub sku: String,
    pub count: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Delivery {
    Ship { city: String, express: bool },
    PickUp(u32),
    Digital,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    pub id: u64,
    pub lines: Vec<Line>,
    pub delivery: Delivery,
    pub total: u64,
    pub coupon: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Approval {
    pub by: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {
    pub id: u64,
}

#[derive(Default)]
pub struct Inventory;

#[derive(Default, Services)]
pub struct App {
    inventory: Inventory,
}

pub fn order() -> Order {
    Order {
        id: 7,
        lines: vec![Line { sku: "pen".into(), count: 2 }, Line { sku: "ink".into(), count: 1 }],
        delivery: Delivery::Ship { city: "Oslo".into(), express: true },
        total: 30,
        coupon: Some("TEN".into()),
    }
}

#[step]
pub async fn validate(order: Order) -> Result<Order> {
    Ok(order)
}

#[step(compensate = release)]
pub async fn reserve(lines: Vec<Line>, _inventory: &Inventory) -> Result<u32> {
    Ok(lines.iter().map(|line| line.count).sum())
}

#[step(compensate = release)]
pub async fn reserve_one(line: Line) -> Result<u32> {
    Ok(line.count)
}

#[step]
pub async fn release(_count: u32) -> Result<()> {
    Ok(())
}

#[step]
pub async fn charge(id: u64, cents: u64) -> Result<String> {
    if cents == 0 {
        bail!("nothing to charge");
    }
    Ok(format!("{id}:{cents}"))
}

#[step]
pub async fn double(value: u64) -> Result<u64> {
    Ok(value * 2)
}

#[step]
pub async fn name_of(id: u64) -> Result<String> {
    Ok(format!("customer {id}"))
}

#[step]
pub async fn notify(text: String) -> Result<()> {
    drop(text);
    Ok(())
}

#[step]
pub async fn fails(reason: String) -> Result<u64> {
    bail!("{reason}")
}

#[step(pivot)]
pub async fn capture(auth: String) -> Result<u64> {
    Ok(auth.len() as u64)
}

#[step(retry(forever))]
pub async fn archive(id: u64) -> Result<()> {
    let _ = id;
    Ok(())
}

/// Not a step.
pub async fn plain(id: u64) -> Result<u64> {
    Ok(id)
}

/// Runs a workflow to its end.
pub fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}
