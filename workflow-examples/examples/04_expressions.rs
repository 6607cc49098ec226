//! Between steps stands plain Rust: fields, arithmetic, closures, `format!`, `?`. There is no `transform` to call.
//!
//! Reading a value borrows it, moving it clones it, so a value can be used as often as you like. What a `let` binds is
//! recorded, so it has to own its data: `cloned()`, `collect()`.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use workflow_runtime::{step, workflow};

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Item {
    name: String,
    price: u64,
    quantity: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Cart {
    customer: String,
    items: Vec<Item>,
}

#[step]
async fn load_cart(id: u32) -> Result<Cart> {
    let item = |name: &str, price, quantity| Item { name: name.to_owned(), price, quantity };
    let items = if id == 0 { vec![] } else { vec![item("mug", 1_690, 2), item("kettle", 6_450, 1)] };
    Ok(Cart { customer: "Ada".to_owned(), items })
}

#[step]
async fn print_label(title: String, lines: Vec<String>) -> Result<String> {
    Ok(format!("{title}: {}", lines.join(", ")))
}

workflow! {
    async fn label(cart: u32) -> Result<String> {
        let cart = load_cart(cart).await?;
        let total: u64 = cart.items.iter().map(|item| item.price * item.quantity).sum();
        let first = cart.items.first().cloned().context("the cart is empty")?;
        let title = format!("{} ({} items from {}, {}.{:02} EUR)", cart.customer, cart.items.len(), first.name, total / 100, total % 100);
        let names = cart.items.iter().map(|item| item.name.to_uppercase()).collect();
        print_label(title, names).await
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    for cart in [1, 0] {
        match label(cart).run(&()).await {
            Ok(label) => println!("{label}"),
            Err(error) => println!("{error}"),
        }
    }
}

#[cfg(test)]
#[path = "../tests/saga_examples/04_expressions.rs"]
pub(crate) mod suite;
