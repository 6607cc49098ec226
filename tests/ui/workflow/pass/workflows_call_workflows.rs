//! Children, generic workflows, no inputs, several inputs, attributes and visibility.
#![deny(warnings, missing_docs)]

//! A crate.

#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use serde::{Serialize, de::DeserializeOwned};
use steps::*;
use workflow_runtime::{step, workflow};

/// What can be imported.
pub trait Entity: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    /// Its key.
    fn key(&self) -> u64;
}

impl Entity for Order {
    fn key(&self) -> u64 {
        self.id
    }
}

/// Stores an entity.
#[step]
pub async fn store<T: Entity>(item: T) -> Result<u64> {
    Ok(item.key())
}

workflow! {
    /// Imports anything.
    #[workflow(timeout = "1h", version = 2)]
    pub async fn import<T: Entity>(items: Vec<T>) -> Result<Vec<u64>>
    where
        T: std::fmt::Debug,
    {
        let keys = for item in items {
            store::<T>(item).await?
        };
        Ok(keys)
    }
}

workflow! {
    /// Has no input.
    #[allow(clippy::pedantic)]
    pub(crate) async fn nothing() -> Result<()> {
        notify("x".to_owned()).await
    }
}

workflow! {
    /// Calls others.
    pub async fn everything(order: Order, again: bool) -> Result<Vec<u64>> {
        nothing().await?;
        let keys = import::<Order>(vec![order, order]).await?;
        if again {
            nothing().await?;
        }
        let failed = failing().await;
        assert!(failed.is_err());
        Ok(keys)
    }

    async fn failing() -> Result<u64> {
        fails(String::new()).await
    }
}

fn main() {
    assert_eq!(block_on(everything(order(), true).run(&App::default())).unwrap(), [7, 7]);
    assert!(everything::graph().to_mermaid().contains("import"));
}
