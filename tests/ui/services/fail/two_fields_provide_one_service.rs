use std::sync::Arc;

use workflow_runtime::Services;

pub struct Inventory;

#[derive(Services)]
pub struct App {
    pub near: Inventory,
    pub far: Arc<Inventory>,
}

fn main() {}
