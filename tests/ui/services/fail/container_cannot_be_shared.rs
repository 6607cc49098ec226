use std::cell::Cell;

use anyhow::Result;
use workflow_runtime::{Services, step, workflow};

pub struct Inventory {
    pub left: Cell<u32>,
}

#[derive(Services)]
pub struct App {
    pub inventory: Inventory,
}

#[step]
pub async fn label(items: u32) -> Result<u32> {
    Ok(items)
}

workflow! {
    pub async fn place(items: u32) -> Result<u32> {
        let labelled = label(items).await?;
        Ok(labelled)
    }
}

pub async fn order(app: &App) {
    let _ = place(3).run(app).await;
}

fn main() {}
