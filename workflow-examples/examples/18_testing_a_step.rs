//! A step stays the function that it was: a unit test calls it, and needs nothing of a workflow.

use std::sync::{Mutex, PoisonError};

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};
use workflow_runtime::{StepContext, step};

#[derive(Default)]
struct Shelf {
    taken: Mutex<Vec<String>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Reserved {
    key: String,
}

#[step(compensate = release)]
async fn reserve(product: String, shelf: &Shelf, ctx: &StepContext) -> Result<Reserved> {
    ensure!(product != "unicorn", "there is no {product}");
    shelf.taken.lock().unwrap_or_else(PoisonError::into_inner).push(product.clone());
    ctx.emit(product);
    Ok(Reserved { key: ctx.idempotency_key().to_owned() })
}

#[step]
async fn release(_reserved: Reserved, shelf: &Shelf) -> Result<()> {
    shelf.taken.lock().unwrap_or_else(PoisonError::into_inner).pop();
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let (shelf, ctx) = (Shelf::default(), StepContext::for_test());
    let reserved = reserve("mug".to_owned(), &shelf, &ctx).await?;
    println!("{reserved:?}");
    release(reserved, &shelf).await?;
    println!("taken after the release: {}", shelf.taken.lock().unwrap_or_else(PoisonError::into_inner).len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(shelf: &Shelf) -> Vec<String> {
        shelf.taken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    #[tokio::test]
    async fn what_is_reserved_can_be_released() -> Result<()> {
        let (shelf, ctx) = (Shelf::default(), StepContext::for_test());
        let reserved = reserve("mug".to_owned(), &shelf, &ctx).await?;
        assert_eq!(taken(&shelf), ["mug"]);
        assert_eq!(ctx.take_events().len(), 1);
        release(reserved, &shelf).await?;
        assert!(taken(&shelf).is_empty());
        Ok(())
    }

    #[tokio::test]
    async fn an_unknown_product_is_refused_and_takes_nothing() {
        let shelf = Shelf::default();
        let refused = reserve("unicorn".to_owned(), &shelf, &StepContext::for_test()).await;
        assert_eq!(refused.map_err(|error| error.to_string()), Err("there is no unicorn".to_owned()));
        assert!(taken(&shelf).is_empty());
    }
}
