use workflow_runtime::Services;

pub struct Inventory;

#[derive(Services)]
pub struct App<'a> {
    pub inventory: &'a Inventory,
}

fn main() {}
