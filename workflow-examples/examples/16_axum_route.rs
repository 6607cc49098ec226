//! A workflow behind an HTTP route: 201 with the result, or 400 with the reason.
//!
//! The handler uses `spawn`: a client that hangs up does not stop an order half-way.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::net::TcpListener;
use workflow_runtime::{Permanent, Services, step, workflow};

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Order {
    product: String,
    quantity: u32,
    cents: u32,
}

/// What a customer can do something about.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("only {left} of {product} left")]
    OutOfStock { product: String, left: u32 },
    #[error("the card was declined")]
    Declined,
}

struct Stock(Mutex<BTreeMap<String, u32>>);

#[derive(Services)]
struct App {
    stock: Stock,
}

#[step(compensate = release)]
async fn reserve(product: String, quantity: u32, stock: &Stock) -> Result<(String, u32)> {
    let mut stock = stock.0.lock().unwrap_or_else(PoisonError::into_inner);
    let left = stock.entry(product.clone()).or_default();
    let Some(rest) = left.checked_sub(quantity) else {
        return Err(Refusal::OutOfStock { product, left: *left }).permanent();
    };
    *left = rest;
    Ok((product, quantity))
}

#[step]
async fn release(reserved: (String, u32), stock: &Stock) -> Result<()> {
    let mut stock = stock.0.lock().unwrap_or_else(PoisonError::into_inner);
    *stock.entry(reserved.0).or_default() += reserved.1;
    Ok(())
}

#[step]
async fn charge(cents: u32) -> Result<String> {
    if cents > 10_000 { Err(Refusal::Declined).permanent() } else { Ok(format!("paid {cents}")) }
}

workflow! {
    async fn place_order(order: Order) -> Result<String> {
        reserve(order.product, order.quantity).await?;
        charge(order.cents * order.quantity).await
    }
}

async fn post_order(State(app): State<Arc<App>>, Json(order): Json<Order>) -> Response {
    match place_order(order).spawn(app).result().await {
        Ok(receipt) => (StatusCode::CREATED, Json(json!({ "receipt": receipt }))).into_response(),
        // The original error is still there: a refusal is the customer's business, anything else is ours.
        Err(error) => match error.downcast_ref::<Refusal>() {
            Some(refusal) => {
                let body = json!({ "step": error.step(), "reason": refusal.to_string(), "undone": error.undone() });
                (StatusCode::BAD_REQUEST, Json(body)).into_response()
            }
            None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        },
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let app = App { stock: Stock(Mutex::new(BTreeMap::from([("mug".to_owned(), 5)]))) };
    let router = Router::new().route("/orders", post(post_order)).with_state(Arc::new(app));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, router).await });

    let client = reqwest::Client::new();
    for (quantity, cents) in [(2, 1_690), (9, 1_690), (3, 9_900), (3, 1_690)] {
        let order = Order { product: "mug".to_owned(), quantity, cents };
        let answer = client.post(format!("http://{address}/orders")).json(&order).send().await?;
        println!("POST /orders {quantity} mugs at {cents}: {} {}", answer.status(), answer.text().await?);
    }
    Ok(())
}

#[cfg(test)]
#[path = "../tests/saga_examples/16_axum_route.rs"]
pub(crate) mod suite;
