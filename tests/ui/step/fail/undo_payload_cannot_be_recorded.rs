use anyhow::Result;
use workflow_runtime::{StepResponse, step};

pub struct Token(pub u64);

#[step]
pub async fn reserve(items: Vec<u32>) -> Result<StepResponse<usize, Token>> {
    Ok(StepResponse::new(items.len(), Token(1)))
}

fn main() {}
