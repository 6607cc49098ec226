use std::future::Future;

use anyhow::Result;
use workflow_runtime::step;

#[step]
pub fn reserve(items: Vec<u32>) -> impl Future<Output = Result<usize>> {
    async move { Ok(items.len()) }
}

fn main() {}
