use workflow_runtime::step;

#[step]
pub struct Reserve;

fn main() {}
