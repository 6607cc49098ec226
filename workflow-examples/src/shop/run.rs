//! A day in the shop: every order through the workflow, several at a time.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use workflow_runtime::{Services, WorkflowError};

use super::catalog::Catalog;
use super::domain::{Order, OrderPlaced, Receipt};
use super::history::Recorder;
use super::services::{Carrier, Faults, Inventory, PaymentGateway, SimulatedGateway, TaxService};
use super::workflow::place_order;

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
}

/// The shop: its services, and what an accountant may look at.
pub struct Shop {
    /// What workflows run on.
    pub app: Arc<App>,
    /// The gateway behind `app.payments`, with its journal.
    pub gateway: Arc<SimulatedGateway>,
}

/// An order that is through, one way or the other.
#[derive(Debug)]
pub struct Finished {
    /// The order's number.
    pub order: String,
    /// What came of it.
    pub result: Result<Receipt, WorkflowError>,
    /// How long it took.
    pub took: Duration,
}

/// What a day has brought.
#[derive(Debug, Default)]
pub struct Day {
    /// Every order, by number.
    pub finished: Vec<Finished>,
    /// The events that reached the rest of the company.
    pub announced: Vec<OrderPlaced>,
    /// What happened in each execution.
    pub recorder: Recorder,
}

impl Shop {
    /// Opens a shop whose services fail at `rate`, as `seed` chooses.
    #[must_use]
    pub fn open(catalog: Catalog, seed: u64, rate: f64) -> Self {
        let faults = Arc::new(Faults::new(seed, rate));
        let gateway = Arc::new(SimulatedGateway::new(Arc::clone(&faults)));
        let app = App {
            inventory: Inventory::new(&catalog, Arc::clone(&faults)),
            catalog,
            payments: gateway.clone(),
            taxes: TaxService::new(Arc::clone(&faults)),
            carrier: Carrier::new(faults),
        };
        Self { app: Arc::new(app), gateway }
    }

    /// Runs all orders, at most `concurrency` at a time, and tells `progress` of each that is through.
    pub async fn run(&self, orders: Vec<Order>, concurrency: NonZeroUsize, mut progress: impl FnMut(&Finished)) -> Day {
        let recorder = Recorder::default();
        let watcher = recorder.watch();
        let announced: Arc<Mutex<Vec<OrderPlaced>>> = Arc::default();
        let mut running = stream::iter(orders)
            .map(|order| {
                let id = order.id.clone();
                let bell = Arc::clone(&announced);
                let ring = move |event: &OrderPlaced| {
                    bell.lock().unwrap_or_else(PoisonError::into_inner).push(event.clone());
                };
                let app = Arc::clone(&self.app);
                let invocation = place_order(order).id(id.as_str()).observer(&watcher).on_event(ring);
                async move {
                    let start = Instant::now();
                    let result = invocation.spawn(app).result().await;
                    Finished { order: id, result, took: start.elapsed() }
                }
            })
            .buffer_unordered(concurrency.get());
        let mut finished = Vec::new();
        while let Some(order) = running.next().await {
            progress(&order);
            finished.push(order);
        }
        drop(running);
        watcher.flush().await;
        finished.sort_by(|a, b| a.order.cmp(&b.order));
        let announced = std::mem::take(&mut *announced.lock().unwrap_or_else(PoisonError::into_inner));
        Day { finished, announced, recorder }
    }
}
