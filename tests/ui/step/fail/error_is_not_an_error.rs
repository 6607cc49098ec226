use workflow_runtime::step;

#[step]
pub async fn reserve(items: Vec<u32>) -> Result<usize, String> {
    if items.is_empty() { Err("nothing to reserve".to_owned()) } else { Ok(items.len()) }
}

fn main() {}
