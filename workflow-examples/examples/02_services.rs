//! Owned parameters of a step are data, borrowed ones are services, lent by a container.
//!
//! Running the workflow on a container that lacks a service does not compile.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use workflow_runtime::{Services, step, workflow};

/// A service is any type of yours.
struct Catalog {
    prices: BTreeMap<&'static str, u64>,
}

/// Behind a trait, it can be exchanged: for tests, or for another provider.
trait Exchange: Send + Sync {
    fn dollars(&self, euros: u64) -> u64;
}

struct FixedRate;

impl Exchange for FixedRate {
    fn dollars(&self, euros: u64) -> u64 {
        euros * 110 / 100
    }
}

/// The container: each field is lent by its type.
#[derive(Services)]
struct App {
    catalog: Catalog,
    exchange: Box<dyn Exchange>,
}

#[step]
async fn look_up(product: String, catalog: &Catalog) -> Result<u64> {
    catalog.prices.get(product.as_str()).copied().with_context(|| format!("there is no {product}"))
}

#[step]
async fn convert(euros: u64, exchange: &dyn Exchange) -> Result<u64> {
    Ok(exchange.dollars(euros))
}

workflow! {
    async fn price_in_dollars(product: String) -> Result<u64> {
        let euros = look_up(product).await?;
        convert(euros).await
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let app = App { catalog: Catalog { prices: BTreeMap::from([("kettle", 60)]) }, exchange: Box::new(FixedRate) };
    println!("kettle: {} dollars", price_in_dollars("kettle".to_owned()).run(&app).await?);
    if let Err(error) = price_in_dollars("teapot".to_owned()).run(&app).await {
        println!("{error}");
    }
    Ok(())
}

#[cfg(test)]
#[path = "../tests/saga_examples/02_services.rs"]
pub(crate) mod suite;
