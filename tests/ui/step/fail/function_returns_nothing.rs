use workflow_runtime::step;

#[step]
pub async fn notify(customer: u64) {
    let _ = customer;
}

fn main() {}
