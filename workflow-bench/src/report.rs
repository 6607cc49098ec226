//! Tables in Markdown, ready for `docs/speed.md`.

/// Prints the head of a table.
pub fn head(columns: &[&str]) {
    row(columns);
    row(&columns.iter().map(|_| "---").collect::<Vec<_>>());
}

/// Prints one row.
pub fn row<S: AsRef<str>>(cells: &[S]) {
    let cells: Vec<_> = cells.iter().map(AsRef::as_ref).collect();
    println!("| {} |", cells.join(" | "));
}

/// A time in a readable unit.
#[must_use]
pub fn time(nanos: f64) -> String {
    match nanos {
        n if n < 1e4 => format!("{n:.0} ns"),
        n if n < 1e7 => format!("{:.1} µs", n / 1e3),
        n => format!("{:.1} ms", n / 1e6),
    }
}

/// Whether a target holds, with the target.
#[must_use]
pub fn target(measured: f64, most: f64, unit: &str) -> String {
    let verdict = if measured <= most { "met" } else { "**missed**" };
    format!("at most {most}{unit}: {verdict}")
}

/// The same for what should be large.
#[must_use]
pub fn at_least(measured: f64, least: f64) -> String {
    let verdict = if measured >= least { "met" } else { "**missed**" };
    format!("at least {least}: {verdict}")
}
