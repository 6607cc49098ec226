//! `if`, `if let` and `match` choose a branch, on values that exist only when the workflow runs.

use anyhow::Result;
use serde::{Deserialize, Serialize};
use workflow_runtime::{step, workflow};

#[derive(Clone, Debug, Serialize, Deserialize)]
enum Delivery {
    Pickup,
    Parcel { address: String, express: bool },
}

#[step]
async fn gift_wrap(message: String) -> Result<()> {
    println!("  wrapped, with a card: {message}");
    Ok(())
}

#[step]
async fn reserve_locker() -> Result<u32> {
    Ok(12)
}

#[step]
async fn create_label(address: String, service: String) -> Result<String> {
    Ok(format!("{service} parcel to {address}"))
}

workflow! {
    async fn fulfil(delivery: Delivery, message: Option<String>) -> Result<String> {
        if let Some(message) = message {
            gift_wrap(message).await?;
        }
        let delivery = match delivery {
            Delivery::Pickup => {
                let locker = reserve_locker().await?;
                format!("locker {locker}")
            }
            Delivery::Parcel { address, express } => {
                let service = String::from(if express { "express" } else { "standard" });
                create_label(address, service).await?
            }
        };
        Ok(delivery)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let parcel = |express| Delivery::Parcel { address: "Mill Lane 3".to_owned(), express };
    let orders = [(Delivery::Pickup, None), (parcel(false), Some("for you".to_owned())), (parcel(true), None)];
    for (number, (delivery, message)) in orders.into_iter().enumerate() {
        println!("order {}", number + 1);
        println!("  {}", fulfil(delivery, message).run(&()).await?);
    }
    print!("{}", fulfil::graph());
    Ok(())
}

#[cfg(test)]
#[path = "../tests/saga_examples/06_conditions.rs"]
pub(crate) mod suite;
