//! A step returns a `Result`, under whatever name.
use workflow_runtime::step;

pub struct Receipt;

#[step]
pub async fn pay(cents: u64) -> Receipt {
    drop(cents);
    Receipt
}

fn main() {}
