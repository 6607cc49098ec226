//! Async functions that are certainly no steps, by their paths: those of types and of async runtimes.

use quote::ToTokens;
use syn::Path;

use crate::workflow::text;

/// Crates whose futures nobody records.
const CRATES: [&str; 8] = ["tokio", "futures", "futures_util", "async_std", "smol", "std", "core", "alloc"];

/// The problem and the help, where awaiting a call of `path` cannot be a step.
pub(super) fn told(path: &Path) -> Option<(String, String)> {
    let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    let (last, before) = names.split_last()?;
    let written = text::of(path.to_token_stream());
    if before.first().is_some_and(|first| CRATES.contains(&first.as_str())) {
        return Some((format!("`{written}` is no step: nobody would record it"), instead_of(last).to_owned()));
    }
    let ty = before.last().filter(|ty| ty.starts_with(char::is_uppercase) && *ty != "Self")?;
    let help = if ty == "Box" {
        "await the step by its own name; a workflow boxes nothing".to_owned()
    } else {
        format!("steps are free functions: call it in one, `#[step] async fn {last}(..)`, and await that")
    };
    Some((format!("`{written}` belongs to a type, so it is neither a step nor a workflow"), help))
}

/// What a workflow has for a function of an async runtime.
fn instead_of(function: &str) -> &'static str {
    match function {
        "sleep" | "sleep_until" | "delay_for" => "write `sleep!(\"10s\").await`, which survives a restart",
        "timeout" | "timeout_at" => "give the step itself a limit: `#[step(timeout = \"10s\")]`",
        "join_all" | "try_join_all" => "use `parallel!(for item in items { .. }).await?`",
        "join" | "try_join" | "spawn" | "spawn_local" => "use `parallel!(a(x), b(y)).await?`",
        _ => "call it inside an async function with `#[step]`, and await that",
    }
}
