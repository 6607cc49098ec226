#![deny(warnings)]

use std::sync::Arc;

use workflow_runtime::{Provide, Services};

pub struct Inventory(u32);
pub struct Clock;
static CLOCK: Clock = Clock;

pub trait Gateway: Send + Sync {
    fn name(&self) -> &'static str;
}
pub struct Fake;
impl Gateway for Fake {
    fn name(&self) -> &'static str {
        "fake"
    }
}

#[derive(Services)]
pub struct Stock<T: Send + Sync + 'static> {
    inventory: Arc<Inventory>,
    rows: Vec<T>,
}

#[derive(Services)]
pub struct App {
    #[services(flatten)]
    stock: Stock<u8>,
    payments: Box<dyn Gateway>,
    currency: Arc<str>,
    clock: &'static Clock,
    #[services(skip)]
    port: u16,
}

fn main() {
    let app = App {
        stock: Stock { inventory: Arc::new(Inventory(7)), rows: vec![1] },
        payments: Box::new(Fake),
        currency: "EUR".into(),
        clock: &CLOCK,
        port: 80,
    };
    let gateway: &dyn Gateway = app.provide();
    let currency: &str = app.provide();
    let inventory: &Inventory = app.provide();
    let rows: &Vec<u8> = app.provide();
    let _: &Clock = app.provide();
    assert_eq!((gateway.name(), currency, inventory.0, rows.len(), app.port), ("fake", "EUR", 7, 1, 80));
}
