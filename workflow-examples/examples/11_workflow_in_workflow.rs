//! A workflow is called like a step. Its steps belong to the caller's execution, and are undone with it.

use anyhow::{Result, bail};
use workflow_runtime::{step, workflow};

#[step(compensate = unpack)]
async fn pack(product: String) -> Result<String> {
    println!("  packed {product}");
    Ok(format!("box with {product}"))
}

#[step]
async fn unpack(parcel: String) -> Result<()> {
    println!("  unpacked {parcel}");
    Ok(())
}

#[step(compensate = tear_label)]
async fn label(parcel: String) -> Result<u32> {
    println!("  labelled {parcel}");
    Ok(4711)
}

#[step]
async fn tear_label(number: u32) -> Result<()> {
    println!("  tore label {number}");
    Ok(())
}

/// Once it is done there is no way back, so that who cancels meanwhile comes too late.
#[step(pivot)]
async fn invoice(cents: u32) -> Result<()> {
    if cents == 0 {
        bail!("nothing to invoice");
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
