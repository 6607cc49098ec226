//! The options of `#[step(..)]`, each valid by itself; what they mean together is for `check`.

use core::time::Duration;

use proc_macro2::{Ident, TokenStream};
use syn::{LitBool, LitInt, LitStr, Path};

use crate::crate_path::CratePath;
use crate::diagnostics::{Diagnostics, mistake};
use crate::duration;
use crate::options::{self, Known, RawOption};

const OPTIONS: [Known; 7] = [
    Known { name: "name", example: "name = \"reserve-stock\"" },
    Known { name: "compensate", example: "compensate = release" },
    Known { name: "retry", example: "retry(attempts = 3)" },
    Known { name: "timeout", example: "timeout = \"30s\"" },
    Known { name: "pivot", example: "pivot" },
    Known { name: "at_most_once", example: "at_most_once" },
    Known { name: "crate", example: "crate = path::to::workflow_runtime" },
];

const RETRY: [Known; 4] = [
    Known { name: "attempts", example: "attempts = 3" },
    Known { name: "forever", example: "forever" },
    Known { name: "backoff", example: "backoff = \"100ms..10s\"" },
    Known { name: "jitter", example: "jitter = false" },
];

/// Everything that `#[step(..)]` says about how the step is run.
#[derive(Default)]
pub(crate) struct Policies {
    pub(crate) name: Option<LitStr>,
    pub(crate) compensate: Option<Path>,
    pub(crate) retry: Option<Retry>,
    pub(crate) timeout: Option<(Ident, Duration)>,
    pub(crate) pivot: Option<Ident>,
    pub(crate) at_most_once: Option<Ident>,
    pub(crate) runtime: CratePath,
}

/// `retry(..)`.
pub(crate) struct Retry {
    pub(crate) key: Ident,
    pub(crate) attempts: Option<(Ident, u32)>,
    pub(crate) forever: Option<Ident>,
    pub(crate) backoff: Option<(Duration, Duration)>,
    pub(crate) jitter: Option<bool>,
    /// A mistake inside was reported already.
    pub(crate) broken: bool,
}

impl Policies {
    /// Reads the options; mistakes are reported and the option is left out.
    pub(crate) fn read(attribute: TokenStream, sink: &mut Diagnostics) -> Self {
        let mut policies = Self::default();
        for option in options::parse(attribute, "#[step]", &OPTIONS, sink) {
            if let Err(error) = policies.take(&option, sink) {
                sink.push(error);
            }
        }
        policies
    }

    fn take(&mut self, option: &RawOption, sink: &mut Diagnostics) -> syn::Result<()> {
        let key = option.key.clone();
        match key.to_string().as_str() {
            "name" => self.name = Some(name(option)?),
            "compensate" => self.compensate = Some(compensation(option)?),
            "retry" => self.retry = Some(Retry::read(option, sink)?),
            "timeout" => self.timeout = Some((key, timeout(option)?)),
            "pivot" => {
                self.pivot = Some(key);
                option.flag()?;
            }
            "at_most_once" => {
                self.at_most_once = Some(key);
                option.flag()?;
            }
            _ => {
                let example = "crate = path::to::workflow_runtime";
                self.runtime = option.assigned(CratePath::parse_value, "the path of the runtime crate", example)?;
            }
        }
        Ok(())
    }
}

fn literal(option: &RawOption, expected: &str, example: &str) -> syn::Result<LitStr> {
    option.assigned(|input: syn::parse::ParseStream<'_>| input.parse::<LitStr>(), expected, example)
}

fn name(option: &RawOption) -> syn::Result<LitStr> {
    let name = literal(option, "a string literal", "name = \"reserve-stock\"")?;
    let text = name.value();
    if text.is_empty() {
        return Err(mistake(
            &name,
            "the name of a step cannot be empty",
            "leave `name` out to use the function's name",
        ));
    }
    // These separate the parts of a node path.
    if let Some(bad) = text.chars().find(|c| matches!(c, '/' | '#' | '[' | ']' | '~') || c.is_control()) {
        let fixed: String = text.chars().map(|c| if c == bad { '-' } else { c }).collect();
        let problem = format!("the name of a step cannot contain `{}`", bad.escape_default());
        return Err(mistake(&name, problem, format!("write `name = \"{fixed}\"`")));
    }
    Ok(name)
}

fn compensation(option: &RawOption) -> syn::Result<Path> {
    let parser = |input: syn::parse::ParseStream<'_>| input.parse::<Path>();
    option.assigned(parser, "the path of a step", "compensate = release")
}

fn timeout(option: &RawOption) -> syn::Result<Duration> {
    let text = literal(option, "a duration as a string literal", "timeout = \"30s\"")?;
    let timeout = duration::parse(&text)?;
    if timeout.is_zero() {
        return Err(mistake(&text, "a timeout of nothing ends every attempt", "leave `timeout` out to wait for ever"));
    }
    Ok(timeout)
}

impl Retry {
    fn read(option: &RawOption, sink: &mut Diagnostics) -> syn::Result<Self> {
        let list = option.list("retry(attempts = 3)")?;
        let before = sink.len();
        let mut retry =
            Self { key: option.key.clone(), attempts: None, forever: None, backoff: None, jitter: None, broken: false };
        for inner in options::parse(list, "retry", &RETRY, sink) {
            if let Err(error) = retry.take(&inner) {
                sink.push(error);
            }
        }
        retry.broken = sink.len() > before;
        Ok(retry)
    }

    fn take(&mut self, option: &RawOption) -> syn::Result<()> {
        match option.key.to_string().as_str() {
            "attempts" => self.attempts = Some((option.key.clone(), attempts(option)?)),
            "forever" => {
                self.forever = Some(option.key.clone());
                option.flag()?;
            }
            "backoff" => {
                let text = literal(option, "durations as a string literal", "backoff = \"100ms..10s\"")?;
                self.backoff = Some(duration::parse_range(&text)?);
            }
            _ => self.jitter = Some(jitter(option)?),
        }
        Ok(())
    }
}

fn attempts(option: &RawOption) -> syn::Result<u32> {
    let example = "attempts = 3";
    let parser = |input: syn::parse::ParseStream<'_>| input.parse::<LitInt>();
    let number = option.assigned(parser, "a whole number", example)?;
    match number.base10_parse::<u32>() {
        Ok(0) => {
            Err(mistake(&number, "a step is attempted at least once", "write `attempts = 1`, or leave `retry` out"))
        }
        Ok(attempts) => Ok(attempts),
        Err(_) => Err(mistake(&number, "`attempts` takes a whole number below 2^32", "write `forever` for no limit")),
    }
}

fn jitter(option: &RawOption) -> syn::Result<bool> {
    if option.flag().is_ok() {
        return Ok(true);
    }
    let parser = |input: syn::parse::ParseStream<'_>| input.parse::<LitBool>();
    option.assigned(parser, "`true` or `false`", "jitter = false").map(|value| value.value)
}
