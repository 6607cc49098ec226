//! Measures what workflows cost to compile: `cargo run --release -p workflow-bench --bin compile_time`.
//!
//! It writes small crates below `target/`, compiles them in debug, and reports processor time, which is what two cores
//! have to share, beside the time by the clock. Each is compiled several times, and the quickest counts: what ten steps
//! cost is less than what two builds of one crate differ by. Linux only: the time of child processes is read from `/proc`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use workflow_bench::report::{head, row, target};

/// How many steps, and how often it is compiled.
const LENGTHS: [(usize, usize); 5] = [(1, 9), (10, 9), (100, 5), (300, 3), (1000, 2)];

fn main() -> Result<()> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
    let place = workspace.join("target/compile-time");
    let crates = dependencies(&workspace)?;
    head(&["case", "processor time", "by the clock", "a step", "target"]);
    if std::env::args().any(|argument| argument == "--clean") {
        let (clean, wall) = runtime_from_clean(&workspace, &place)?;
        let (clean, clock) = (format!("{clean:.1} s"), format!("{wall:.1} s"));
        row(&["runtime and macros, clean, -j2".to_owned(), clean, clock, String::new(), target(wall, 12.0, " s")]);
    }
    let held = target(crates as f64, 35.0, "");
    row(&["crates of runtime and macros".to_owned(), crates.to_string(), String::new(), String::new(), held]);
    let mut shortest = None;
    for (length, times) in LENGTHS {
        let (seconds, wall) = workflow_of(length, times, &workspace, &place)?;
        let name = format!("a workflow of {length} steps");
        let (time, clock) = (format!("{seconds:.2} s"), format!("{wall:.2} s"));
        let Some(base) = shortest else {
            shortest = Some(seconds);
            row(&[name, time, clock, String::new(), String::new()]);
            continue;
        };
        let each = (seconds - base) * 1000.0 / (length - 1) as f64;
        row(&[name, time, clock, format!("{each:.1} ms"), target(each, 15.0, " ms")]);
    }
    Ok(())
}

/// How many crates are compiled for the runtime, itself and the macros included.
fn dependencies(workspace: &Path) -> Result<usize> {
    let tree = Command::new("cargo")
        .args(["tree", "-p", "workflow-runtime", "-e", "normal,build", "--prefix", "none", "--no-dedupe"])
        .current_dir(workspace)
        .output()?;
    ensure!(tree.status.success(), "cargo tree failed");
    let text = String::from_utf8(tree.stdout)?;
    let mut crates: Vec<_> = text
        .lines()
        .map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "))
        .filter(|line| !line.is_empty())
        .collect();
    crates.sort();
    crates.dedup();
    Ok(crates.len())
}

/// Builds the runtime into an empty target directory.
fn runtime_from_clean(workspace: &Path, place: &Path) -> Result<(f64, f64)> {
    let clean = place.join("clean");
    if clean.exists() {
        fs::remove_dir_all(&clean)?;
    }
    let start = std::time::Instant::now();
    let time = build(
        Command::new("cargo")
            .args(["build", "-q", "-p", "workflow-runtime", "-j2", "--target-dir"])
            .arg(&clean)
            .current_dir(workspace),
    )?;
    Ok((time, start.elapsed().as_secs_f64()))
}

/// Compiles a crate with one workflow of so many steps, everything else being compiled already: the processor time of the
/// quickest of so many times, and that by the clock, in seconds.
fn workflow_of(length: usize, times: usize, workspace: &Path, place: &Path) -> Result<(f64, f64)> {
    let home = place.join(format!("steps-{length}"));
    fs::create_dir_all(home.join("src"))?;
    fs::write(home.join("Cargo.toml"), manifest(length, workspace))?;
    fs::copy(workspace.join("Cargo.lock"), home.join("Cargo.lock"))?;
    let source = home.join("src/main.rs");
    fs::write(&source, "fn main() {}\n")?;
    let target = place.join("target");
    let compile = || {
        build(
            Command::new("cargo")
                .args(["build", "-q", "--offline", "--manifest-path"])
                .arg(home.join("Cargo.toml"))
                .env("CARGO_INCREMENTAL", "0")
                .env("CARGO_TARGET_DIR", PathBuf::from(&target)),
        )
    };
    // The first build brings the dependencies.
    compile()?;
    let mut quickest = (f64::INFINITY, f64::INFINITY);
    for _ in 0..times {
        fs::write(&source, program(length))?;
        let start = std::time::Instant::now();
        let time = compile()?;
        let clock = start.elapsed().as_secs_f64();
        quickest = (quickest.0.min(time), quickest.1.min(clock));
    }
    Ok(quickest)
}

/// Runs a build and gives the processor time of it and of all its children, in seconds.
fn build(command: &mut Command) -> Result<f64> {
    let before = children()?;
    ensure!(command.status()?.success(), "{command:?} failed");
    Ok(children()? - before)
}

/// The processor time of the children of this process that have ended.
fn children() -> Result<f64> {
    const TICKS_A_SECOND: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat")?;
    // After the name in parentheses come the fields from the third on; children's times are the 16th and 17th.
    let (_, fields) = stat.rsplit_once(')').context("/proc/self/stat has no name")?;
    let ticks = fields.split_whitespace().skip(13).take(2).map(str::parse::<f64>).sum::<Result<f64, _>>()?;
    Ok(ticks / TICKS_A_SECOND)
}

fn manifest(length: usize, workspace: &Path) -> String {
    let runtime = workspace.join("workflow-runtime");
    format!(
        r#"[package]
name = "steps-{length}"
version = "0.0.0"
edition = "2024"

[dependencies]
anyhow = "1"
tokio = {{ version = "1", default-features = false, features = ["rt"] }}
workflow-runtime = {{ path = {runtime:?} }}

[workspace]
"#
    )
}

fn program(length: usize) -> String {
    let mut text = String::from(
        "use anyhow::Result;
use workflow_runtime::{Services, step, workflow};

struct Ledger;

#[derive(Services)]
struct App { ledger: Ledger }

#[step]
async fn subtract(sum: u64, _ledger: &Ledger) -> Result<()> { let _ = sum; Ok(()) }

#[step(compensate = subtract)]
async fn add(sum: u64, more: u64, _ledger: &Ledger) -> Result<u64> { Ok(sum + more) }

workflow! {
    pub async fn long(sum: u64) -> Result<u64> {
",
    );
    for number in 0..length {
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "        #[name = \"add-{number}\"]\n        let sum = add(sum, {number}).await?;");
    }
    text.push_str(
        "        Ok(sum)
    }
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let sum = runtime.block_on(long(0).run(&App { ledger: Ledger }));
    println!(\"{}\", sum.unwrap());
}
",
    );
    text
}
