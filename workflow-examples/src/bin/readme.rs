//! The program at the top of the README.
use anyhow::{Result, ensure};
use workflow_runtime::{step, workflow};

#[step(compensate = release)]
async fn reserve(sku: String) -> Result<u64> {
    println!("reserve {sku}");
    Ok(7)
}

#[step]
async fn release(reservation: u64) -> Result<()> {
    println!("release {reservation}");
    Ok(())
}

#[step(retry(attempts = 3, backoff = "10ms..1s"))]
async fn charge(cents: u64) -> Result<String> {
    ensure!(cents <= 1000, "card declined");
    Ok(format!("paid {cents}"))
}

workflow! {
    async fn place_order(sku: String, cents: u64) -> Result<String> {
        let stock = reserve(sku).await?;
        let paid = charge(cents + 250).await?;
        Ok(format!("{paid}, reservation {stock}"))
    }
}

#[tokio::main]
async fn main() {
    println!("{:?}", place_order("widget".into(), 500).run(&()).await);
    if let Err(error) = place_order("gadget".into(), 5000).run(&()).await {
        println!("{error}");
    }
}
