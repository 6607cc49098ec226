#![deny(warnings, missing_docs)]
//! Everything that a step's signature may be.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use workflow_runtime::{self as wf, Outcome, Partial, StepContext, StepResponse, step};

/// What is set aside.
#[derive(Clone, Serialize, Deserialize)]
pub struct Reservation {
    /// Its number.
    pub id: u64,
}

/// A point.
#[derive(Clone, Serialize, Deserialize)]
pub struct Point {
    /// Across.
    pub x: u32,
    /// Down.
    pub y: u32,
}

/// The stock.
pub struct Inventory;

/// A service behind a trait.
pub trait Gateway: Send + Sync {
    /// Charges.
    fn charge(&self, cents: u64) -> Result<String, fmt::Error>;
}

/// What a generic step loads.
pub trait Entity: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {}
impl Entity for Point {}

/// All options of a step that can be undone.
#[step(
    name = "reserve-stock",
    compensate = release,
    retry(attempts = 5, backoff = "100ms..10s", jitter = false),
    timeout = "1h30m",
)]
pub async fn reserve(lines: Vec<u32>, inventory: &Inventory) -> anyhow::Result<Reservation> {
    let _ = inventory;
    Ok(Reservation { id: lines.len() as u64 })
}

#[step(retry(forever, backoff = "1s"))]
async fn release(stock: Outcome<Reservation>, ctx: &wf::StepContext, inventory: &Inventory) -> anyhow::Result<()> {
    let _ = (stock.payload(), ctx.attempt(), inventory);
    Ok(())
}

/// Patterns instead of names, a lifetime, a trait object, a context between them.
#[step(pivot, at_most_once)]
pub(crate) async fn charge<'a>(
    mut cents: u64,
    ctx: &StepContext,
    Point { x, y }: Point,
    _: String,
    gateway: &'a dyn Gateway,
) -> Result<String, fmt::Error> {
    cents += u64::from(x + y) + u64::from(ctx.attempt());
    gateway.charge(cents)
}

/// Type and const parameters.
#[step]
pub async fn load<T, const N: usize>(ids: [u8; 3], all: Option<T>) -> anyhow::Result<Vec<T>>
where
    T: Entity,
{
    let _ = ids;
    Ok(all.into_iter().take(N).collect())
}

/// A payload of its own, of a step without data.
#[step(compensate = forget)]
pub async fn create() -> anyhow::Result<StepResponse<String, u64>> {
    Ok(StepResponse::new("user".to_owned(), 17))
}

#[step]
async fn forget(id: u64) -> anyhow::Result<()> {
    let _ = id;
    Ok(())
}

type Imported<T> = Result<T, Partial<T>>;

/// Half a failure, through an alias.
#[step(compensate = remove)]
pub async fn import(rows: Vec<u64>) -> Imported<Vec<u64>> {
    if rows.is_empty() { Err(Partial::new(fmt::Error, rows)) } else { Ok(rows) }
}

#[step]
async fn remove(rows: Vec<u64>) -> anyhow::Result<()> {
    drop(rows);
    Ok(())
}

/// A name that is a keyword.
#[step]
pub async fn r#move(point: Point) -> anyhow::Result<Point> {
    Ok(point)
}

fn main() {
    let _ = (reserve(vec![], &Inventory), charge, load::<Point, 2>([1, 2, 3], None), create(), import(vec![]));
    let _ = r#move(Point { x: 1, y: 2 });
}
