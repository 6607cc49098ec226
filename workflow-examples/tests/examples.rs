//! Every example runs, and prints what `expected/` says. `UPDATE_EXPECTED=1` writes those files anew.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

// The examples about tests contain some, which are run here.
#[path = "../examples/18_testing_a_step.rs"]
#[allow(dead_code, reason = "a program of its own, with a `main`")]
mod testing_a_step;

#[path = "../examples/19_testing_a_workflow.rs"]
#[allow(dead_code, reason = "a program of its own, with a `main`")]
mod testing_a_workflow;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The names of the files in a folder, without their endings.
fn names(folder: &str) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(root().join(folder))? {
        let path = entry?.path();
        let name = path.file_stem().and_then(|name| name.to_str()).context("a file without a name")?;
        names.insert(name.to_owned());
    }
    Ok(names)
}

/// The example that cargo has built beside this test, which has to be newer than its source.
fn program(name: &str) -> Result<PathBuf> {
    let test = std::env::current_exe()?;
    let target = test.parent().and_then(Path::parent).context("the test has no target folder")?;
    let program = target.join("examples").join(name).with_extension(std::env::consts::EXE_EXTENSION);
    let advice = "it is built by `cargo test`, or by `cargo build --examples` before `cargo test --test examples`";
    let built = fs::metadata(&program).with_context(|| format!("{name} is not built: {advice}"))?.modified()?;
    let written = fs::metadata(root().join("examples").join(format!("{name}.rs")))?.modified()?;
    ensure!(built >= written, "{name} is older than its source: {advice}");
    Ok(program)
}

#[test]
fn every_example_prints_what_is_expected() -> Result<()> {
    let update = std::env::var_os("UPDATE_EXPECTED").is_some();
    let mut differing = Vec::new();
    for name in names("examples")? {
        let output = Command::new(program(&name)?).output()?;
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{name} ended with {}: {errors}", output.status);
        ensure!(errors.is_empty(), "{name} complained: {errors}");
        let printed = String::from_utf8(output.stdout)?;
        let file = root().join("tests/expected").join(format!("{name}.txt"));
        if update {
            fs::write(&file, &printed)?;
        }
        let expected = fs::read_to_string(&file).with_context(|| format!("{name} has no expected output"))?;
        if printed != expected {
            differing.push(format!("{name} printed\n{printed}\nand not\n{expected}"));
        }
    }
    ensure!(differing.is_empty(), "{}", differing.join("\n"));
    Ok(())
}

#[test]
fn every_workflow_of_an_example_has_its_saga_tests() -> Result<()> {
    let suites = fs::read_to_string(root().join("tests/saga_examples/main.rs"))?;
    for name in names("examples")? {
        let source = fs::read_to_string(root().join("examples").join(format!("{name}.rs")))?;
        let blocks = source.split("workflow! {").skip(1);
        let workflows: Vec<&str> =
            blocks.filter_map(|block| block.lines().find_map(|line| declared(line.trim()))).collect();
        if workflows.is_empty() {
            continue;
        }
        ensure!(
            suites.contains(&format!("examples/{name}.rs\"")),
            "{name} is not listed in tests/saga_examples/main.rs"
        );
        let number = name.split('_').next().context("an example without a number")?;
        let suite = fs::read_to_string(root().join("tests/saga_examples").join(format!("{name}.rs")))?;
        let has_one = |block: &str| suite.contains(&format!(".named(\"{number}::{block}\").suite()"));
        for workflow in workflows {
            ensure!(has_one(workflow), "`{workflow}` of {name} has no suite");
        }
    }
    Ok(())
}

/// The name of the function that is declared here.
fn declared(line: &str) -> Option<&str> {
    let declaration = line.strip_prefix("pub ").unwrap_or(line).strip_prefix("async fn ")?;
    declaration.split(['(', '<']).next()
}

#[test]
fn every_expected_output_has_an_example_and_numbers_have_no_gap() -> Result<()> {
    let examples = names("examples")?;
    assert_eq!(examples, names("tests/expected")?);
    let numbers: Vec<_> = examples.iter().filter_map(|name| name.split('_').next()?.parse::<usize>().ok()).collect();
    assert_eq!(numbers, (1..=examples.len()).collect::<Vec<_>>());
    Ok(())
}
