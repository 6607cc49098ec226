use workflow_runtime::step;

#[step]
pub async fn count(items: Vec<u32>) -> usize {
    items.len()
}

fn main() {}
