use anyhow::Result;
use workflow_runtime::step;


#[step]
pub async fn reserve(items: Vec<u32>) -> Result<u64> {
    let released = release(items.len() as u64).await;
    released.map(|()| 0)
}

#[step(compensate = release)]
pub async fn reserve_more(items: Vec<u32>) -> Result<u64> {
    Ok(items.len() as u64)
}

#[step(timeut = "30s")]
pub async fn release(reservation: u64) -> Result<()> {
    let _ = reservation;
    Ok(())
}

fn main() {}
