use anyhow::Result;
use workflow_runtime::step;


#[step(compensate = release, pivot)]
pub async fn reserve(items: Vec<u32>) -> Result<u64> {
    Ok(items.len() as u64)
}

#[step]
pub async fn release(reservation: u64) -> Result<()> {
    let _ = reservation;
    Ok(())
}

fn main() {}
