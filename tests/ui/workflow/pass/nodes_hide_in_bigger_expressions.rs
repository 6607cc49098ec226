//! Awaited calls inside expressions, macros and arguments run before them, from left to right.
#![deny(warnings)]

#[path = "../steps.rs"]
mod steps;
use anyhow::{Result, anyhow};
use steps::*;
use workflow_runtime::workflow;

fn limit(total: u64) -> Result<u64> {
    if total > 1_000 { Err(anyhow!("too much")) } else { Ok(total) }
}

workflow! {
    pub async fn nested(order: Order) -> Result<(u64, String, Option<u64>)> {
        let sum = double(order.total).await? + #[name = "again"] double(limit(order.id)?).await?;
        let text = format!("{}-{sum}", name_of(#[name = "inner"] double(sum).await?).await?);
        let tried = fails("no".to_owned()).await.ok();
        let count = reserve(order.lines).await.unwrap_or(0);
        let length = charge(order.id, order.total).await?.len();
        let checked = limit(sum)?.min(u64::from(count) + length as u64);
        Ok((checked, text, tried))
    }
}

fn main() {
    let result = block_on(nested(order()).run(&App::default())).unwrap();
    assert_eq!(result, (7, "customer 148-74".to_owned(), None));
    let too_much = Order { total: 30, id: 5_000, ..order() };
    let error = block_on(nested(too_much).run(&App::default())).unwrap_err();
    assert!(error.to_string().contains("too much"), "{error}");
}
