//! What the compiler says: fixtures in `ui/<macro>/fail` must be refused with exactly the text beside them, those in
//! `ui/<macro>/pass` must compile without a warning and run.

use std::error::Error;
use std::fs;
use std::path::PathBuf;

#[test]
fn what_the_compiler_says() {
    let cases = trybuild::TestCases::new();
    cases.pass("ui/*/pass/*.rs");
    cases.compile_fail("ui/*/fail/*.rs");
}

#[test]
fn one_mistake_gives_one_error() -> Result<(), Box<dyn Error>> {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for fixture in failing_fixtures()? {
        let name = fixture.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(fixture.with_extension("stderr"))?;
        let errors = text.lines().filter(|line| line.starts_with("error")).count();
        let several = name.starts_with("several_");
        if (errors == 1) == several || errors == 0 {
            wrong.push(format!("{}: {errors} errors", fixture.display()));
        }
        seen += 1;
    }
    assert!(seen > 0, "no fixture was found");
    assert!(wrong.is_empty(), "one mistake gives one error, `several_*` give more:\n{}", wrong.join("\n"));
    Ok(())
}

fn failing_fixtures() -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut fixtures = Vec::new();
    for entry in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/ui"))? {
        let folder = entry?.path().join("fail");
        if !folder.is_dir() {
            continue;
        }
        for fixture in fs::read_dir(folder)? {
            let fixture = fixture?.path();
            if fixture.extension().is_some_and(|extension| extension == "rs") {
                fixtures.push(fixture);
            }
        }
    }
    Ok(fixtures)
}
