//! `parallel!` runs branches at the same time. A branch is a step, or an `async` block of any length.

use std::sync::Arc;

use anyhow::Result;
use tokio::sync::Barrier;
use workflow_runtime::{Services, step, workflow};

/// Opens only when three have come, so this program would hang if the branches ran one after the other.
#[derive(Services)]
struct App {
    gate: Arc<Barrier>,
}

#[step]
async fn reserve(product: String, gate: &Barrier) -> Result<String> {
    gate.wait().await;
    Ok(format!("{product} reserved"))
}

#[step]
async fn tax(price: u64, gate: &Barrier) -> Result<u64> {
    gate.wait().await;
    Ok(price * 19 / 100)
}

#[step]
async fn find_address(customer: String, gate: &Barrier) -> Result<String> {
    gate.wait().await;
    Ok(format!("{customer}, Mill Lane 3"))
}

#[step]
async fn shipping_cost(address: String) -> Result<u64> {
    Ok(address.len() as u64 * 10)
}

workflow! {
    async fn quote(product: String, customer: String, price: u64) -> Result<String> {
        let (stock, tax, shipping) = parallel!(
            reserve(product),
            tax(price),
            async {
                let address = find_address(customer).await?;
                shipping_cost(address).await
            },
        ).await?;
        Ok(format!("{stock}, {} in total", price + tax + shipping))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let app = App { gate: Arc::new(Barrier::new(3)) };
    println!("{}", quote("kettle".to_owned(), "Ada".to_owned(), 6_450).run(&app).await?);
    print!("{}", quote::graph());
    Ok(())
}

#[cfg(test)]
#[path = "../tests/saga_examples/05_parallel_steps.rs"]
pub(crate) mod suite;
