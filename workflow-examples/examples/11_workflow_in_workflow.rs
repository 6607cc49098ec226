//! A workflow is called like a step. Its steps belong to the caller's execution, and are undone with it.

use anyhow::{Result, anyhow};
use workflow_runtime::{Outcome, Permanent, step, workflow};

#[step(compensate = unpack)]
async fn pack(product: String) -> Result<String> {
    println!("  packed {product}");
    Ok(format!("box with {product}"))
}

#[step]
async fn unpack(parcel: Outcome<String>) -> Result<()> {
    match parcel.payload() {
        Some(parcel) => println!("  unpacked {parcel}"),
        None => println!("  unpacked whatever was packed"),
    }
    Ok(())
}

#[step(compensate = tear_label)]
async fn label(parcel: String) -> Result<u32> {
    println!("  labelled {parcel}");
    Ok(4711)
}

/// The carrier's printer may have printed although nobody heard of it.
#[step]
async fn tear_label(number: Outcome<u32>) -> Result<()> {
    match number.payload() {
        Some(number) => println!("  tore label {number}"),
        None => println!("  tore whatever label there was"),
    }
    Ok(())
}

/// Once it is done there is no way back, so that who cancels meanwhile comes too late. When its answer is lost it is asked
/// again, under the same key, until it is known to be done.
#[step(pivot, retry(forever, backoff = "10ms..1m"))]
async fn invoice(cents: u32) -> Result<()> {
    if cents == 0 {
        return Err(anyhow!("nothing to invoice")).permanent();
    }
    println!("  invoiced {cents}");
    Ok(())
}

workflow! {
    async fn ship(product: String) -> Result<u32> {
        let parcel = pack(product).await?;
        label(parcel).await
    }
}

workflow! {
    async fn sell(product: String, cents: u32) -> Result<String> {
        let number = ship(product).await?;
        invoice(cents).await?;
        Ok(format!("parcel {number}"))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    for (product, cents) in [("mug", 1_690), ("sample", 0)] {
        println!("{product}");
        match sell(product.to_owned(), cents).run(&()).await {
            Ok(parcel) => println!("  {parcel}"),
            Err(error) => println!("  {error}"),
        }
    }
    print!("{}", sell::graph());
}

#[cfg(test)]
#[path = "../tests/saga_examples/11_workflow_in_workflow.rs"]
pub(crate) mod suite;
