//! The steps of the shop are plain functions: here they are called as such.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use order_shop::shop::catalog::Catalog;
use order_shop::shop::domain::{Address, Card, Line, Money, Order, PricedLine, TaxClass};
use order_shop::shop::services::{Account, Faults, Inventory, PaymentGateway, ServiceError, SimulatedGateway};
use order_shop::shop::steps::{authorize, capture, release, reserve, validate, void};
use order_shop::shop::world::{State, World};
use workflow_runtime::{Outcome, StepContext, is_permanent};

fn catalog() -> Result<Catalog> {
    Catalog::from_json(
        r#"[{"sku":"MUG","name":"mug","price":1690,"stock":3,"weight_grams":380},
            {"sku":"EBK","name":"e-book","price":2990,"stock":500,"tax":"reduced","digital":true}]"#,
    )
}

/// A world without faults.
fn world() -> Result<Arc<World>> {
    Ok(Arc::new(World::in_memory(&catalog()?)))
}

fn inventory(world: &Arc<World>) -> Inventory {
    Inventory::new(Arc::clone(world), Arc::new(Faults::none()))
}

fn unchanged(state: &State) -> bool {
    state.stock.free == state.stock.opening
}

fn order(lines: &[(&str, u32)]) -> Order {
    let address = Address { street: "Mill Lane 3".into(), city: "Cork".into(), country: "IE".into() };
    let lines = lines.iter().map(|(sku, quantity)| Line { sku: (*sku).into(), quantity: *quantity }).collect();
    Order { id: "o-1".into(), customer: "Aoife".into(), lines, address, card: Card("4242424242424242".into()) }
}

fn mugs(quantity: u32) -> Vec<PricedLine> {
    vec![PricedLine { sku: "MUG".into(), quantity, price: Money(1_690) * quantity, tax: TaxClass::Standard }]
}

#[tokio::test]
async fn an_order_is_priced_and_weighed() -> Result<()> {
    let priced = validate(order(&[("MUG", 2), ("EBK", 1)]), &catalog()?).await?;
    assert_eq!(priced.total, Money(6_370));
    assert_eq!((priced.weight_grams, priced.needs_shipping), (760, true));
    assert!(!validate(order(&[("EBK", 1)]), &catalog()?).await?.needs_shipping);
    Ok(())
}

#[tokio::test]
async fn an_order_of_something_unknown_is_refused_for_good() -> Result<()> {
    let refused = validate(order(&[("CUP", 1)]), &catalog()?).await;
    assert_eq!(
        refused.map_err(|error| (error.to_string(), is_permanent(&error))).map(|_| ()),
        Err(("unknown product CUP".into(), true))
    );
    Ok(())
}

#[tokio::test]
async fn goods_are_reserved_and_released() -> Result<()> {
    let (world, ctx) = (world()?, StepContext::for_test());
    let inventory = inventory(&world);
    let stock = reserve(mugs(2), &inventory, &ctx).await?;
    assert_eq!(world.state()?.stock.free.get("MUG"), Some(&1));
    release(Outcome::Done(stock), &inventory, &ctx).await?;
    assert!(unchanged(&world.state()?));
    Ok(())
}

#[tokio::test]
async fn a_reservation_that_nobody_knows_about_is_found_by_its_key() -> Result<()> {
    let (world, ctx) = (world()?, StepContext::for_test());
    let inventory = inventory(&world);
    reserve(mugs(2), &inventory, &ctx).await?;
    release(Outcome::Unknown, &inventory, &ctx).await?;
    assert!(unchanged(&world.state()?));
    Ok(())
}

#[tokio::test]
async fn too_many_pieces_are_refused_for_good() -> Result<()> {
    let inventory = inventory(&world()?);
    let refused = reserve(mugs(4), &inventory, &StepContext::for_test()).await;
    let refused = refused.map_err(|error| (error.to_string(), is_permanent(&error)));
    assert_eq!(refused, Err(("out of stock: MUG (wanted 4, 3 left)".into(), true)));
    Ok(())
}

#[tokio::test]
async fn voiding_gives_back_what_was_captured() -> Result<()> {
    let (world, ctx) = (world()?, StepContext::for_test());
    let gateway = SimulatedGateway::new(Arc::clone(&world), Arc::new(Faults::none()));
    let payments: &dyn PaymentGateway = &gateway;
    let auth = authorize(Card("4242424242424242".into()), Money(5_00), payments, &ctx).await?;
    assert_eq!(capture(auth.clone(), payments).await?.amount, Money(5_00));
    void(Outcome::Unknown, payments, &ctx).await?;
    let moves: Vec<_> = world.state()?.ledger.journal.into_iter().map(|entry| (entry.from, entry.to)).collect();
    let (customers, held, shop) = (Account::Customers, Account::Held, Account::Shop);
    assert_eq!(moves, [(customers, held), (held, shop), (shop, customers)]);
    Ok(())
}

#[tokio::test]
async fn with_faults_a_call_may_fail_after_its_effect() -> Result<()> {
    let world = world()?;
    let inventory = Inventory::new(Arc::clone(&world), Arc::new(Faults::new(3, 0.9)));
    let line = vec![Line { sku: "EBK".into(), quantity: 1 }];
    let mut lost = Vec::new();
    for n in 0..40 {
        let key = format!("k{n}");
        let call = tokio::time::timeout(Duration::from_millis(50), inventory.reserve(&key, line.clone()));
        if call.await.is_ok_and(|answer| matches!(answer, Err(ServiceError::ConnectionLost(_)))) {
            lost.push(key);
        }
    }
    let book = world.state()?.stock;
    assert!(!lost.is_empty() && lost.iter().all(|key| book.reservations.contains_key(key)), "{lost:?}");
    Ok(())
}
