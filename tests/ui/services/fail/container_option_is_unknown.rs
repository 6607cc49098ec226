use workflow_runtime::Services;

pub struct Inventory;

#[derive(Services)]
#[services(krate = workflow_runtime)]
pub struct App {
    pub inventory: Inventory,
}

fn main() {}
