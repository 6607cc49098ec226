use anyhow::Result;
use workflow_runtime::step;


#[step(compensate = release)]
pub async fn reserve(items: Vec<u32>) -> Result<u64> {
    Ok(items.len() as u64)
}

#[step]
pub async fn release(reservation: String) -> Result<()> {
    drop(reservation);
    Ok(())
}

fn main() {}
