use anyhow::Result;
use workflow_runtime::{Services, step, workflow};

pub struct Inventory;
pub struct Payments;

#[derive(Services)]
pub struct App {
    pub inventory: Inventory,
}

#[step]
pub async fn reserve(items: u32, inventory: &Inventory) -> Result<u32> {
    let _ = inventory;
    Ok(items)
}

#[step]
pub async fn charge(cents: u32, payments: &Payments) -> Result<u32> {
    let _ = payments;
    Ok(cents)
}

workflow! {
    pub async fn place(items: u32) -> Result<u32> {
        let reserved = reserve(items).await?;
        let paid = charge(reserved).await?;
        Ok(paid)
    }
}

pub async fn order(app: &App) {
    let _ = place(3).run(app).await;
}

fn main() {}
