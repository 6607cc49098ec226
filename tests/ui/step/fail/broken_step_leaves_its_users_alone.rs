use anyhow::Result;
use workflow_runtime::step;


#[step(compensate = release, timeut = "30s")]
pub async fn reserve(items: Vec<u32>) -> Result<u64> {
    Ok(items.len() as u64)
}

#[step]
pub async fn release(reservation: u64) -> Result<()> {
    let _ = reservation;
    Ok(())
}

#[step(compensate = reserve)]
pub async fn undone_by_a_broken_step(items: u64) -> Result<Vec<u32>> {
    let _ = reserve(vec![1]).await?;
    Ok(vec![items as u32])
}

fn main() {}
