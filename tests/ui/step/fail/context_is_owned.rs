use anyhow::Result;
use workflow_runtime::{self as wf, step};

#[step]
pub async fn charge(cents: u64, ctx: wf::StepContext) -> Result<String> {
    Ok(format!("{cents} {}", ctx.idempotency_key()))
}

fn main() {}
