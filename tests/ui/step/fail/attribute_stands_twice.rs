//! One attribute makes one step.
use anyhow::Result;
use workflow_runtime::step;

#[step(timeout = "10s")]
#[step(retry(attempts = 3))]
pub async fn weigh(parcel: u64) -> Result<u64> {
    Ok(parcel)
}

fn main() {}
