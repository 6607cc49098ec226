//! What a failure undoes: everything that was done, newest first; also half a step, and a step nobody knows about.

use anyhow::{Result, anyhow, bail};
use workflow_runtime::{Outcome, Partial, step, workflow};

/// One transaction in a database of our own: when it fails, nothing is reserved, and there is nothing to release.
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

/// Fails half-way with a `Partial`: the compensation receives what was done until then.
#[step(compensate = remove)]
async fn upload(pages: u32) -> Result<Vec<u32>, Partial<Vec<u32>>> {
    let mut done = Vec::new();
    for page in 1..=pages {
        if page == 4 {
            return Err(Partial::new(anyhow!("page {page} is damaged"), done));
        }
        println!("  uploaded page {page}");
        done.push(page);
    }
    Ok(done)
}

#[step]
async fn remove(pages: Vec<u32>) -> Result<()> {
    println!("  removed pages {pages:?}");
    Ok(())
}

/// The money may have been taken although the step fails: a compensation that takes `Outcome` is told so.
#[step(compensate = refund)]
async fn charge(cents: u64) -> Result<u64> {
    if cents > 10_000 {
        bail!("the connection was lost");
    }
    println!("  charged {cents}");
    Ok(cents)
}

#[step]
async fn refund(charge: Outcome<u64>) -> Result<()> {
    match charge {
        Outcome::Done(cents) | Outcome::Partial(cents) => println!("  refunded {cents}"),
        Outcome::Unknown => println!("  asked the bank, and refunded what there was"),
    }
    Ok(())
}

workflow! {
    async fn publish(title: String, pages: u32, cents: u64) -> Result<()> {
        reserve(title).await?;
        if cents > 0 {
            charge(cents).await?;
        }
        upload(pages).await?;
        Ok(())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    for (title, pages, cents) in [("Owls", 2, 500), ("Bread", 6, 500), ("Rust", 6, 0), ("Atlas", 2, 99_900)] {
        println!("{title}");
        match publish(title.to_owned(), pages, cents).run(&()).await {
            Ok(()) => println!("  published"),
            Err(error) => println!("  {error}"),
        }
    }
}

#[cfg(test)]
#[path = "../tests/saga_examples/08_automatic_compensation.rs"]
pub(crate) mod suite;
