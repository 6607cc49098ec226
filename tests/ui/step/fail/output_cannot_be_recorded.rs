use anyhow::Result;
use workflow_runtime::step;

pub struct Reservation {
    pub id: u64,
}

#[step]
pub async fn reserve(items: Vec<u32>) -> Result<Reservation> {
    Ok(Reservation { id: items.len() as u64 })
}

fn main() {}
