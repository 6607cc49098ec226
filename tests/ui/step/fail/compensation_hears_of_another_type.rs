use anyhow::Result;
use workflow_runtime::{Outcome, step};


#[step(compensate = release, timeout = "30s")]
pub async fn reserve(items: Vec<u32>) -> Result<u64> {
    Ok(items.len() as u64)
}

#[step]
pub async fn release(reservation: Outcome<String>) -> Result<()> {
    drop(reservation);
    Ok(())
}

fn main() {}
