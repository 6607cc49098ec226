use anyhow::Result;
use workflow_runtime::{StepContext, step};

#[step]
pub async fn charge(cents: u64, ctx: &mut StepContext) -> Result<String> {
    Ok(format!("{cents} {}", ctx.idempotency_key()))
}

fn main() {}
