use workflow_runtime::Services;

pub struct Inventory;
pub struct Payments;

#[derive(Services)]
pub struct Stock {
    pub inventory: Inventory,
}

#[derive(Services)]
pub struct Money {
    pub payments: Payments,
}

#[derive(Services)]
pub struct App {
    #[services(flatten)]
    pub stock: Stock,
    #[services(flatten)]
    pub money: Money,
}

fn main() {}
