use workflow_runtime::Services;

pub struct Inventory;

#[derive(Services)]
pub struct Stock {
    pub inventory: Inventory,
}

#[derive(Services)]
pub struct App {
    #[services(skip, flatten)]
    pub stock: Stock,
}

fn main() {}
