//! Durations are written as string literals (`"100ms"`, `"30s"`, `"1h30m"`) and read while compiling.

use core::time::Duration;

use syn::LitStr;

use crate::diagnostics::mistake;

/// The units, largest first, in milliseconds.
const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

const HELP: &str = "write whole numbers with a unit, largest first: \"100ms\", \"30s\", \"1h30m\", \"3d\"";

/// Reads a duration literal; an error points at the literal.
pub(crate) fn parse(literal: &LitStr) -> syn::Result<Duration> {
    let text = literal.value();
    read(&text).map(Duration::from_millis).map_err(|problem| mistake(literal, problem, HELP))
}

/// Reads a span between two durations, `"100ms..10s"`; a single one, `"1s"`, begins and ends there.
pub(crate) fn parse_range(literal: &LitStr) -> syn::Result<(Duration, Duration)> {
    let text = literal.value();
    let Some((low, high)) = text.split_once("..") else {
        return parse(literal).map(|both| (both, both));
    };
    let high = high.strip_prefix('=').unwrap_or(high);
    let bounds = read(low).and_then(|low| Ok((low, read(high)?))).map_err(|problem| mistake(literal, problem, HELP))?;
    if bounds.0 > bounds.1 {
        let swapped = format!("write the shorter duration first: \"{}..{}\"", high.trim(), low.trim());
        return Err(mistake(literal, format!("`{text}` begins with the longer duration"), swapped));
    }
    Ok((Duration::from_millis(bounds.0), Duration::from_millis(bounds.1)))
}

/// A duration as the whole milliseconds that generated code carries.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn read(text: &str) -> Result<u64, String> {
    let whole = text.trim();
    if whole.is_empty() {
        return Err("a duration is missing".to_owned());
    }
    let mut rest = whole;
    let mut total = 0_u64;
    let mut smaller: &[(&str, u64)] = &UNITS;
    while !rest.is_empty() {
        let (number, after) = split(rest, |c| c.is_ascii_digit());
        let (unit, after) = split(after.trim_start(), char::is_alphabetic);
        if number.is_empty() || (unit.is_empty() && !after.is_empty()) {
            return Err(format!("`{whole}` is not a duration"));
        }
        if unit.is_empty() {
            let place = if number == whole { String::new() } else { format!(" in `{whole}`") };
            return Err(format!("the duration `{number}`{place} has no unit"));
        }
        let Some(place) = smaller.iter().position(|(name, _)| *name == unit) else {
            return Err(refuse_unit(whole, unit));
        };
        let (found, below) = smaller.split_at(place.saturating_add(1));
        let factor = found.last().map_or(0, |(_, factor)| *factor);
        let too_long = || format!("`{whole}` is longer than a duration can be");
        let value = number.parse::<u64>().ok().and_then(|n| n.checked_mul(factor)).ok_or_else(too_long)?;
        total = total.checked_add(value).ok_or_else(too_long)?;
        smaller = below;
        rest = after.trim_start();
    }
    Ok(total)
}

fn refuse_unit(whole: &str, unit: &str) -> String {
    if UNITS.iter().any(|(name, _)| *name == unit) {
        format!("the unit `{unit}` stands in the wrong place in `{whole}`")
    } else {
        format!("`{unit}` in `{whole}` is not a unit of time; the units are `d`, `h`, `m`, `s` and `ms`")
    }
}

fn split(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !belongs(c)).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::{read, split};

    #[test]
    fn units_add_up() {
        assert_eq!(read("100ms"), Ok(100));
        assert_eq!(read("30s"), Ok(30_000));
        assert_eq!(read("2h"), Ok(7_200_000));
        assert_eq!(read("3d"), Ok(259_200_000));
        assert_eq!(read("1h30m"), Ok(5_400_000));
        assert_eq!(read(" 1h 30m "), Ok(5_400_000));
    }

    #[test]
    fn nonsense_is_refused_with_its_reason() {
        for (text, reason) in [
            ("", "missing"),
            ("30", "no unit"),
            ("1h30", "`30` in `1h30`"),
            ("s", "not a duration"),
            ("1.5s", "not a duration"),
            ("-1s", "not a duration"),
            ("10sec", "`sec`"),
            ("30m1h", "wrong place"),
            ("1s1s", "wrong place"),
            ("999999999999999999999d", "longer"),
            ("99999999999999999d", "longer"),
        ] {
            let problem = read(text).expect_err(text);
            assert!(problem.contains(reason), "{text}: {problem}");
        }
    }

    #[test]
    fn a_split_keeps_both_sides() {
        assert_eq!(split("12ab", |c| c.is_ascii_digit()), ("12", "ab"));
        assert_eq!(split("12", |c| c.is_ascii_digit()), ("12", ""));
    }
}
