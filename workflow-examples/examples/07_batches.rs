//! `for` runs its body for each item and collects the values; `parallel!(for ...)` runs items at the same time.
//!
//! When one item fails, the work of the others is undone, newest first.

use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Result, ensure};
use workflow_runtime::{Services, step, workflow};

/// Counts how many thumbnails are made at once.
#[derive(Default)]
struct Studio {
    busy: AtomicUsize,
    most: AtomicUsize,
}

#[derive(Default, Services)]
struct App {
    studio: Studio,
}

/// A row in a catalogue of our own, which is there or is not.
#[step(compensate = delete_product)]
async fn create_product(name: String) -> Result<String> {
    ensure!(name != "???", "a product needs a name");
    println!("  created {name}");
    Ok(name)
}

#[step]
async fn delete_product(name: String) -> Result<()> {
    println!("  deleted {name}");
    Ok(())
}

#[step]
async fn make_thumbnail(product: String, studio: &Studio) -> Result<String> {
    let busy = studio.busy.fetch_add(1, Ordering::SeqCst) + 1;
    studio.most.fetch_max(busy, Ordering::SeqCst);
    tokio::task::yield_now().await;
    studio.busy.fetch_sub(1, Ordering::SeqCst);
    Ok(format!("{product}.png"))
}

workflow! {
    async fn import(names: Vec<String>) -> Result<Vec<String>> {
        let products = for name in names {
            create_product(name).await?
        };
        let thumbnails = parallel!(for product in products {
            make_thumbnail(product).await?
        }, at_most = 2).await?;
        Ok(thumbnails)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let app = App::default();
    println!("five products");
    println!("  {:?}", import(names(&["mug", "bowl", "jug", "cup", "pot"])).run(&app).await?);
    println!("  at most {} at a time", app.studio.most.load(Ordering::SeqCst));
    println!("a bad third one");
    if let Err(error) = import(names(&["mug", "bowl", "???", "cup"])).run(&app).await {
        println!("  {error}");
    }
    Ok(())
}

#[cfg(test)]
#[path = "../tests/saga_examples/07_batches.rs"]
pub(crate) mod suite;
