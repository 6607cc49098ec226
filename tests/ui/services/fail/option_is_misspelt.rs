use workflow_runtime::Services;

pub struct Inventory;

#[derive(Services)]
pub struct App {
    pub inventory: Inventory,
    #[services(skp)]
    pub port: u16,
}

fn main() {}
