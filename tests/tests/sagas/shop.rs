//! A saga without a fault: parallel branches, a loop, a child, handled failures, a condition, retries, doubt, a pivot.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use workflow_runtime::testing::Fixture;
use workflow_runtime::{Outcome, Permanent, Services, StepContext, StepResponse, step, workflow};

/// What the services of the shop have written down. What comes twice under one key happens once.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Books {
    free: BTreeMap<String, u32>,
    reserved: BTreeMap<String, (String, u32)>,
    held: BTreeMap<String, u32>,
    paid: BTreeMap<String, u32>,
    parcels: BTreeMap<String, String>,
    points: BTreeMap<String, u32>,
}

#[derive(Default)]
pub(crate) struct Shop {
    books: Mutex<Books>,
}

impl Shop {
    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A call over a network takes its time.
    async fn call(&self) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[derive(Services)]
pub(crate) struct App {
    shop: Shop,
}

impl App {
    fn stocked() -> Self {
        let books = Books { free: [("mug".to_owned(), 5), ("cup".to_owned(), 5)].into(), ..Books::default() };
        Self { shop: Shop { books: Mutex::new(books) } }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Line {
    sku: String,
    count: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Order {
    lines: Vec<Line>,
    cents: u32,
    ship_to: Option<String>,
}

#[step]
async fn validate(order: Order) -> Result<Order> {
    Ok(order)
}

#[step(compensate = release, retry(attempts = 3, backoff = "10ms..1s"), timeout = "5s")]
async fn reserve(line: Line, shop: &Shop, ctx: &StepContext) -> Result<String> {
    shop.call().await;
    let mut books = shop.books();
    let key = ctx.step_key().to_owned();
    if !books.reserved.contains_key(&key) {
        let free = books.free.get_mut(&line.sku).context("unknown product").permanent()?;
        *free = free.checked_sub(line.count).context("out of stock").permanent()?;
        books.reserved.insert(key.clone(), (line.sku, line.count));
    }
    Ok(key)
}

#[step(retry(forever, backoff = "10ms..1s"))]
async fn release(_reserved: Outcome<String>, shop: &Shop, ctx: &StepContext) -> Result<()> {
    shop.call().await;
    let mut books = shop.books();
    if let Some((sku, count)) = books.reserved.remove(ctx.step_key()) {
        *books.free.entry(sku).or_default() += count;
    }
    Ok(())
}

#[step(compensate = take_back_points)]
async fn give_points(cents: u32, shop: &Shop, ctx: &StepContext) -> Result<StepResponse<u32, String>> {
    shop.books().points.insert(ctx.step_key().to_owned(), cents / 100);
    Ok(StepResponse::new(cents / 100, ctx.step_key().to_owned()))
}

#[step(retry(attempts = 3, backoff = "10ms..1s"))]
async fn take_back_points(points: Outcome<String>, shop: &Shop, ctx: &StepContext) -> Result<()> {
    let key = points.payload().unwrap_or_else(|| ctx.step_key().to_owned());
    shop.books().points.remove(&key);
    Ok(())
}

#[step(compensate = let_go, retry(attempts = 2, backoff = "10ms..1s"))]
async fn hold(cents: u32, shop: &Shop, ctx: &StepContext) -> Result<String> {
    shop.call().await;
    shop.books().held.insert(ctx.step_key().to_owned(), cents);
    Ok(ctx.step_key().to_owned())
}

/// Lets go of the money, also if it was taken after all.
#[step(retry(attempts = 4, backoff = "10ms..1s"))]
async fn let_go(_held: Outcome<String>, shop: &Shop, ctx: &StepContext) -> Result<()> {
    shop.call().await;
    let mut books = shop.books();
    books.held.remove(ctx.step_key());
    books.paid.remove(ctx.step_key());
    Ok(())
}

/// Asks somebody who may not know.
#[step(at_most_once)]
async fn appraise(cents: u32, shop: &Shop) -> Result<u32> {
    shop.call().await;
    Ok(cents / 10)
}

#[step]
async fn guess(cents: u32) -> Result<u32> {
    Ok(cents / 20)
}

#[step(pivot, retry(attempts = 2, backoff = "10ms..1s"))]
async fn take(held: String, shop: &Shop) -> Result<u32> {
    shop.call().await;
    let mut books = shop.books();
    if let Some(paid) = books.paid.get(&held) {
        return Ok(*paid);
    }
    let cents = books.held.remove(&held).context("nothing is held").permanent()?;
    books.paid.insert(held, cents);
    Ok(cents)
}

#[step(retry(forever, backoff = "10ms..1s"))]
async fn dispatch(to: String, shop: &Shop, ctx: &StepContext) -> Result<String> {
    shop.call().await;
    shop.books().parcels.insert(ctx.step_key().to_owned(), to.clone());
    Ok(to)
}

workflow! {
    /// Holds the money, and gives points for it.
    pub(crate) async fn pay_later(cents: u32) -> Result<String> {
        let points = give_points(cents).await?;
        hold(cents + points).await
    }
}

workflow! {
    #[workflow(timeout = "1h")]
    pub(crate) async fn place_order(order: Order) -> Result<u32> {
        let order = validate(order).await?;
        let value = match appraise(order.cents).await {
            Ok(value) => value,
            Err(_) => guess(order.cents).await?,
        };
        let (stock, held) = parallel!(
            parallel!(for line in order.lines { reserve(line).await? }, at_most = 2),
            pay_later(order.cents + value),
        ).await?;
        let paid = take(held).await?;
        if let Some(to) = order.ship_to {
            dispatch(to).await?;
        } else if stock.len() > 1 {
            #[name = "pick-up"]
            dispatch("the counter".to_owned()).await?;
        }
        Ok(paid)
    }
}

fn order(counts: [u32; 2], ship_to: Option<&str>) -> Order {
    let line = |(sku, count): (&str, u32)| Line { sku: sku.to_owned(), count };
    let lines = ["mug", "cup"].into_iter().zip(counts).map(line).collect();
    Order { lines, cents: 1_000, ship_to: ship_to.map(ToOwned::to_owned) }
}

/// Two inputs that complete, and one that is out of stock.
pub(crate) fn orders() -> Fixture<place_order, App, Books> {
    Fixture::new(|| (App::stocked(), place_order(order([2, 1], Some("Cork")))))
        .world(|app: &App| app.shop.books().clone())
        .input("pick up", || (App::stocked(), place_order(order([1, 1], None))))
        .failing("out of stock", || (App::stocked(), place_order(order([1, 9], None))))
        .completed(|before, after, paid| {
            let free = |books: &Books| books.free.values().sum::<u32>();
            let reserved: u32 = after.reserved.values().map(|(_, count)| count).sum();
            assert_eq!(free(before), free(after) + reserved);
            assert_eq!(after.paid.values().sum::<u32>(), *paid);
            assert_eq!(after.parcels.len(), 1);
        })
}
