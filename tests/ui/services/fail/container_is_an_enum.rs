use workflow_runtime::Services;

#[derive(Services)]
pub enum App {
    Test,
}

fn main() {}
