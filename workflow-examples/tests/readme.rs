//! The README shows a program and what it prints: both are real.

use std::process::Command;

use anyhow::{Context, Result};

const README: &str = include_str!("../../README.md");
const PROGRAM: &str = include_str!("../src/bin/readme.rs");

#[test]
fn the_program_at_the_top_is_the_one_that_is_tested() -> Result<()> {
    let (_, program) = PROGRAM.split_once('\n').context("the program begins with its documentation")?;
    assert!(README.contains(&format!("```rust\n{program}```\n")), "README.md does not show src/bin/readme.rs as it is");
    Ok(())
}

#[test]
fn it_prints_what_the_readme_says() -> Result<()> {
    let output = Command::new(env!("CARGO_BIN_EXE_readme")).output()?;
    let printed = String::from_utf8(output.stdout)?;
    assert!(README.contains(&format!("```text\n{printed}```\n")), "README.md does not show\n{printed}");
    Ok(())
}
