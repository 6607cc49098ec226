use workflow_runtime::Services;

#[derive(Services)]
pub struct App<P> {
    pub payments: P,
}

fn main() {}
