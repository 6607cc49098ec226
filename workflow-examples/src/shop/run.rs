//! A day in the shop, in process: every order through the workflow, several at a time, nothing stored.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Instant;

use futures_util::{StreamExt, stream};
use workflow_runtime::Services;

use super::catalog::Catalog;
use super::day::{Day, Finished};
use super::domain::{Order, OrderPlaced};
use super::history::{History, Recorder};
use super::services::{Carrier, Company, Faults, Inventory, PaymentGateway, SimulatedGateway, Supplier, TaxService};
use super::workflow::place_order;
use super::world::World;

/// The services that the steps borrow.
#[derive(Services)]
pub struct App {
    /// What is sold.
    pub catalog: Catalog,
    /// The warehouse.
    pub inventory: Inventory,
    /// The payment gateway.
    pub payments: Arc<dyn PaymentGateway>,
    /// The tax service.
    pub taxes: TaxService,
    /// The carrier.
    pub carrier: Carrier,
    /// The supplier.
    pub supplier: Supplier,
}

/// The shop: its services, and the world behind them, which an accountant may look at.
pub struct Shop {
    /// What workflows run on.
    pub app: Arc<App>,
    /// Who wants to hear of orders.
    pub company: Company,
    /// What the services have written down.
    pub world: Arc<World>,
}

impl Shop {
    /// Opens a shop in this world whose services fail at `rate`, as `seed` chooses.
    #[must_use]
    pub fn open(catalog: Catalog, world: World, seed: u64, rate: f64) -> Self {
        let (world, faults) = (Arc::new(world), Arc::new(Faults::new(seed, rate)));
        let both = || (Arc::clone(&world), Arc::clone(&faults));
        let ((at_inventory, a), (at_bank, b), (at_carrier, c), (at_supplier, d)) = (both(), both(), both(), both());
        let app = App {
            catalog,
            inventory: Inventory::new(at_inventory, a),
            payments: Arc::new(SimulatedGateway::new(at_bank, b)),
            taxes: TaxService::new(faults),
            carrier: Carrier::new(at_carrier, c),
            supplier: Supplier::new(at_supplier, d),
        };
        Self { app: Arc::new(app), company: Company::new(Arc::clone(&world)), world }
    }

    /// Runs all orders, at most `concurrency` at a time, and tells `progress` of each that is through.
    pub async fn run(&self, orders: Vec<Order>, concurrency: NonZeroUsize, mut progress: impl FnMut(&str)) -> Day {
        let recorder = Recorder::default();
        let watcher = recorder.watch();
        let mut running = stream::iter(orders)
            .map(|order| {
                let id = order.id.clone();
                let company = self.company.clone();
                // In process nobody would repeat it; the books notice what was not announced.
                let announce = move |event: &OrderPlaced| drop(company.announce(event));
                let app = Arc::clone(&self.app);
                let invocation = place_order(order).id(id.as_str()).observer(&watcher).on_event(announce);
                async move {
                    let start = Instant::now();
                    let result = invocation.spawn(app).result().await;
                    Finished { order: id, result, took: start.elapsed(), history: History::default() }
                }
            })
            .buffer_unordered(concurrency.get());
        let mut finished = Vec::new();
        while let Some(order) = running.next().await {
            progress(&order.order);
            finished.push(order);
        }
        drop(running);
        watcher.flush().await;
        for order in &mut finished {
            order.history = recorder.history(&order.order);
        }
        finished.sort_by(|a, b| a.order.cmp(&b.order));
        Day { finished, ..Day::default() }
    }
}
