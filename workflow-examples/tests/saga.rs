//! Everything that can go wrong in the workflows of the shop: each step with each fault, each write with a crash.
//!
//! The cases are made from the graphs. What is written here is what a graph cannot know: which orders there are, which
//! books have to be as before when one comes to nothing, and what a success is.

use std::collections::BTreeMap;
use std::sync::Arc;

use order_shop::shop::catalog::{Catalog, Product};
use order_shop::shop::domain::{Address, Card, Line, Money, Order, TaxClass};
use order_shop::shop::restock::{Approval, restock};
use order_shop::shop::run::{App, Shop};
use order_shop::shop::services::{Account, ParcelState, Purchase};
use order_shop::shop::workflow::place_order;
use order_shop::shop::world::World;
use serde::Serialize;
use workflow_runtime::testing::Fixture;
use workflow_runtime::{Services, saga_tests};

saga_tests! {
    place_order => an_order,
    restock => a_purchase,
}

/// The shop, whose services never fail by themselves, and the world behind it, which lives in memory.
#[derive(Services)]
struct Watched {
    #[services(flatten)]
    app: Arc<App>,
    #[services(skip)]
    world: Arc<World>,
}

/// What counts in the books of the world: not that something was booked and booked back, but what is so now.
#[derive(Serialize)]
struct Books {
    on_the_shelf: BTreeMap<String, u32>,
    set_aside: BTreeMap<String, Vec<Line>>,
    money: BTreeMap<&'static str, i64>,
    labelled: BTreeMap<String, u32>,
    dispatched: BTreeMap<String, u32>,
    on_order: BTreeMap<String, Line>,
}

impl Books {
    fn pieces(&self, sku: &str) -> u32 {
        self.on_the_shelf.get(sku).copied().unwrap_or_default()
    }
}

fn an_order() -> Fixture<place_order, Watched, Books> {
    Fixture::new(|| (shop(), place_order(order(&[("MUG", 2), ("EBK", 1)]))))
        .world(books)
        .input("nothing to ship", || (shop(), place_order(order(&[("EBK", 1)]))))
        .failing("an unknown product", || (shop(), place_order(order(&[("CUP", 1)]))))
        .failing("too many", || (shop(), place_order(order(&[("EBK", 1), ("MUG", 4)]))))
        .failing("no tax rules", || (shop(), place_order(Order { address: address("BR"), ..order(&[("MUG", 1)]) })))
        .failing("a bad card", || {
            (shop(), place_order(Order { card: card("4000000000000002"), ..order(&[("MUG", 1)]) }))
        })
        .failing("too heavy", || (shop(), place_order(order(&[("OVN", 1)]))))
        .failing("a card that is blocked late", || {
            (shop(), place_order(Order { card: card("4000000000000341"), ..order(&[("MUG", 1)]) }))
        })
        .completed(|before, after, receipt| {
            for line in &receipt.stock.lines {
                assert_eq!(after.pieces(&line.sku) + line.quantity, before.pieces(&line.sku), "{}", line.sku);
            }
            assert_eq!(after.set_aside.values().collect::<Vec<_>>(), [&receipt.stock.lines]);
            assert_eq!(
                after.money,
                BTreeMap::from([("customers", -receipt.charge.amount.0), ("shop", receipt.charge.amount.0)])
            );
            assert!(after.labelled.is_empty(), "a parcel stays behind");
            let sent = receipt.shipment.iter().map(|shipment| &shipment.tracking);
            assert!(after.dispatched.keys().eq(sent), "{:?}", after.dispatched);
        })
}

fn a_purchase() -> Fixture<restock, Watched, Books> {
    let line = |sku: &str, quantity| Line { sku: sku.to_owned(), quantity };
    Fixture::new(move || (shop(), restock(line("OVN", 3))))
        .world(books)
        // Whoever buys for little asks nobody, and the word goes unheard.
        .signal(Approval { by: "Ada".to_owned(), granted: true })
        .input("petty", move || (shop(), restock(line("MUG", 5))))
        .failing("an unknown product", move || (shop(), restock(line("CUP", 5))))
        .completed(|before, after, delivery| {
            let Line { sku, quantity } = &delivery.goods;
            assert_eq!(after.pieces(sku), before.pieces(sku) + quantity, "{sku}");
            assert_eq!(after.money, BTreeMap::from([("shop", -delivery.paid.0), ("supplier", delivery.paid.0)]));
            assert_eq!(after.on_order.values().collect::<Vec<_>>(), [&delivery.goods]);
        })
}

fn shop() -> Watched {
    let product = |sku: &str, price, stock, weight_grams| Product {
        sku: sku.to_owned(),
        name: sku.to_lowercase(),
        price: Money(price),
        stock,
        weight_grams,
        tax: TaxClass::Standard,
        digital: weight_grams == 0,
    };
    let products = [product("MUG", 1_690, 3, 380), product("OVN", 18_900, 2, 31_000), product("EBK", 2_990, 500, 0)];
    let catalog = Catalog::new(products).expect("three products");
    let Shop { app, world, .. } = Shop::open(catalog.clone(), World::in_memory(&catalog), 1, 0.0);
    Watched { app, world }
}

fn order(lines: &[(&str, u32)]) -> Order {
    let lines = lines.iter().map(|(sku, quantity)| Line { sku: (*sku).to_owned(), quantity: *quantity }).collect();
    Order { id: "o-1".into(), customer: "Aoife".into(), lines, address: address("IE"), card: card("4242424242424242") }
}

fn address(country: &str) -> Address {
    Address { street: "Mill Lane 3".to_owned(), city: "Cork".to_owned(), country: country.to_owned() }
}

fn card(number: &str) -> Card {
    Card(number.to_owned())
}

fn books(shop: &Watched) -> Books {
    let state = shop.world.state().expect("a world in memory is readable");
    let mut money: BTreeMap<&str, i64> = BTreeMap::new();
    for entry in &state.ledger.journal {
        *money.entry(name(entry.from)).or_default() -= entry.amount.0;
        *money.entry(name(entry.to)).or_default() += entry.amount.0;
    }
    money.retain(|_, cents| *cents != 0);
    let parcels = |wanted: ParcelState| {
        let parcels = state.parcels.iter().filter(|(_, parcel)| parcel.state == wanted);
        parcels.map(|(key, parcel)| (key.clone(), parcel.grams)).collect()
    };
    let set_aside = state.stock.reservations.iter().filter_map(|(key, lines)| Some((key.clone(), lines.clone()?)));
    let on_order = state.purchases.iter().filter_map(|(key, purchase)| match purchase {
        Purchase::Ordered(line, _) => Some((key.clone(), line.clone())),
        Purchase::CalledOff => None,
    });
    Books {
        on_the_shelf: state.stock.free.clone(),
        set_aside: set_aside.collect(),
        money,
        labelled: parcels(ParcelState::Labelled),
        dispatched: parcels(ParcelState::Dispatched),
        on_order: on_order.collect(),
    }
}

fn name(account: Account) -> &'static str {
    match account {
        Account::Customers => "customers",
        Account::Held => "held back",
        Account::Shop => "shop",
        Account::Supplier => "supplier",
    }
}
