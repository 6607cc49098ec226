//! A shop in a folder of its own, run as its user runs it.
#![allow(dead_code, reason = "every test uses its own part")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

/// A folder in which the binary runs; its files are made there.
pub struct Folder(TempDir);

/// What a run has printed, and its exit code.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub text: String,
    pub errors: String,
}

impl Folder {
    pub fn new() -> Result<Self> {
        Ok(Self(TempDir::new()?))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_order-shop"));
        command.args(arguments).current_dir(self.path());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Result<Ran> {
        Ran::of(self.command(arguments).output()?)
    }

    /// What it prints when the books balance.
    pub fn balanced(&self, arguments: &[&str]) -> Result<String> {
        let ran = self.run(arguments)?;
        ensure!(ran.code == Some(0), "{ran:?}");
        ensure!(ran.text.contains("The books balance.") && !ran.text.contains("WRONG"), "{}", ran.text);
        Ok(ran.text)
    }
}

impl Ran {
    pub fn of(output: Output) -> Result<Self> {
        let (text, errors) = (String::from_utf8(output.stdout)?, String::from_utf8(output.stderr)?);
        Ok(Self { code: output.status.code(), text, errors })
    }
}

/// The number of orders in the row of this outcome.
pub fn orders(text: &str, outcome: &str) -> Result<u32> {
    let row = text.lines().find(|line| line.contains(&format!("│ {outcome} "))).with_context(|| text.to_owned())?;
    let cells = row.trim_start_matches(['│', ' ']).trim_start_matches(outcome).split_whitespace();
    Ok(cells.into_iter().next().context("no number")?.parse()?)
}

pub fn bad_lines() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/bad_lines.jsonl")
}
