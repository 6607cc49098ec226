#![deny(warnings)]

mod deps {
    pub mod sagas {
        pub use workflow_runtime::*;
    }
}

pub struct Inventory;

#[derive(deps::sagas::Services)]
#[services(crate = crate::deps::sagas)]
pub struct App {
    pub inventory: Inventory,
}

#[deps::sagas::step(crate = crate::deps::sagas)]
pub async fn reserve(items: u32, inventory: &Inventory) -> anyhow::Result<u32> {
    let _ = inventory;
    Ok(items)
}

fn main() {}
