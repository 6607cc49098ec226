//! Counts what executions hold in memory: `cargo run --release -p workflow-bench --bin durable_memory`, perhaps `--quick`.
//!
//! A binary of its own, because the counting allocator would distort the times.

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use workflow_bench::durable::{Bench, sleepers};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> anyhow::Result<()> {
    let bench = Bench::new(std::env::args().any(|argument| argument == "--quick"), None)?;
    sleepers::measure(&bench, || {
        let stats = ALLOCATOR.stats();
        stats.bytes_allocated as isize - stats.bytes_deallocated as isize
    })
}
