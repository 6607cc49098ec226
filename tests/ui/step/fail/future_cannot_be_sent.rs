use std::rc::Rc;

use anyhow::Result;
use workflow_runtime::step;

async fn pause() {}

#[step]
pub async fn count(items: Vec<u32>) -> Result<usize> {
    let shared = Rc::new(items);
    pause().await;
    Ok(shared.len())
}

fn main() {}
