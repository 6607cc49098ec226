use workflow_runtime::{Partial, step};

#[step]
pub async fn import(rows: Vec<u64>) -> Result<String, Partial<Vec<u64>>> {
    Ok(format!("{} rows", rows.len()))
}

fn main() {}
