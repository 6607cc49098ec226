//! `.await` without `?` gives a `Result`: the workflow decides what a failure means, and nothing is rolled back.

use anyhow::{Result, bail};
use workflow_runtime::{step, workflow};

/// One transaction in a database of our own.
#[step(compensate = release)]
async fn reserve(product: String) -> Result<String> {
    println!("  reserved {product}");
    Ok(product)
}

#[step]
async fn release(product: String) -> Result<()> {
    println!("  released {product}");
    Ok(())
}

#[step]
async fn charge_points(points: u32) -> Result<u32> {
    if points > 100 {
        bail!("only 100 points left");
    }
    Ok(points)
}

#[step]
async fn charge_card(cents: u32) -> Result<u32> {
    if cents > 5_000 {
        bail!("the card was declined");
    }
    Ok(cents)
}

workflow! {
    async fn buy(product: String, price: u32) -> Result<String> {
        reserve(product).await?;
        let paid = match charge_points(price).await {
            Ok(points) => format!("paid with {points} points"),
            Err(error) => {
                let cents = charge_card(price * 10).await?;
                format!("paid {cents} cents by card, because: {error}")
            }
        };
        Ok(paid)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    for (product, price) in [("mug", 90), ("kettle", 400), ("machine", 9_000)] {
        println!("{product}");
        match buy(product.to_owned(), price).run(&()).await {
            Ok(paid) => println!("  {paid}"),
            Err(error) => println!("  {error}"),
        }
    }
}

#[cfg(test)]
#[path = "../tests/saga_examples/10_handled_errors.rs"]
pub(crate) mod suite;
