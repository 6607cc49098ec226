//! Times durable executions beside what the disk and SQLite allow: `cargo run --release -p workflow-bench --bin durable`.
//!
//! `--quick` for figures of the right region; names of sections for those alone; `--in-flight=128` for one line of the rates;
//! `BENCH_DIR` for another disk; `--features mimalloc` for another allocator.

use anyhow::{Context, bail};
use workflow_bench::durable::{Bench, growth, payloads, rates, recovery, retries};

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Prints one table.
type Measure = fn(&Bench) -> anyhow::Result<()>;

/// The sections: the name to ask for one, its title, and what measures it.
const SECTIONS: [(&str, &str, Measure); 5] = [
    ("rates", "Steps a second", rates::measure),
    ("growth", "Stored executions", growth::measure),
    ("recovery", "Recovery", recovery::measure),
    ("payloads", "Payloads", payloads::measure),
    ("retries", "Retries", retries::measure),
];

fn main() -> anyhow::Result<()> {
    let (mut quick, mut in_flight, mut wanted) = (false, None, Vec::new());
    for argument in std::env::args().skip(1) {
        match argument.strip_prefix("--in-flight=") {
            Some(number) => in_flight = Some(number.parse().context("`--in-flight` takes a number")?),
            None if argument == "--quick" => quick = true,
            None if SECTIONS.iter().any(|(name, ..)| *name == argument) => wanted.push(argument),
            None => {
                let sections: Vec<_> = SECTIONS.iter().map(|(name, ..)| *name).collect();
                bail!("`{argument}` is no flag and none of the sections {}", sections.join(", "));
            }
        }
    }
    let bench = Bench::new(quick, in_flight)?;
    for (name, title, measure) in SECTIONS {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            println!("\n### {title}\n");
            measure(&bench)?;
        }
    }
    Ok(())
}
