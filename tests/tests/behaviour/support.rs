//! What the tests share: a log, and steps that write into it and fail as a test tells them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Result, anyhow};
use workflow_runtime::{Outcome, Partial, Services, StepContext, step};

/// What a step or a compensation does instead of succeeding at once.
#[derive(Debug, Clone, Default)]
struct Script {
    takes: Duration,
    failures: u32,
    panics: bool,
}

/// Records what happens, in order.
#[derive(Debug, Default)]
pub(crate) struct Log {
    lines: Mutex<Vec<String>>,
    scripts: Mutex<BTreeMap<&'static str, Script>>,
}

impl Log {
    pub(crate) fn add(&self, line: impl Into<String>) {
        self.lines.lock().unwrap().push(line.into());
    }

    /// One attempt of what is called `name`.
    pub(crate) async fn attempt(&self, name: &str, attempt: u32) -> Result<()> {
        let script = self.scripts.lock().unwrap().get(name).cloned().unwrap_or_default();
        if script.takes > Duration::ZERO {
            tokio::time::sleep(script.takes).await;
            self.add(format!("{name} settles"));
        }
        if attempt > script.failures {
            return Ok(());
        }
        assert!(!script.panics, "{name} panics");
        Err(anyhow!("{name} fails"))
    }
}

#[derive(Debug, Clone, Default, Services)]
pub(crate) struct App {
    pub(crate) log: Arc<Log>,
}

impl App {
    pub(crate) fn lines(&self) -> Vec<String> {
        self.log.lines.lock().unwrap().clone()
    }

    fn script(self, name: &'static str, change: impl FnOnce(&mut Script)) -> Self {
        change(self.log.scripts.lock().unwrap().entry(name).or_default());
        self
    }

    /// Every attempt of `name` fails.
    pub(crate) fn fails(self, name: &'static str) -> Self {
        self.fails_times(name, u32::MAX)
    }

    pub(crate) fn fails_times(self, name: &'static str, times: u32) -> Self {
        self.script(name, |script| script.failures = times)
    }

    pub(crate) fn panics(self, name: &'static str, times: u32) -> Self {
        self.script(name, |script| (script.failures, script.panics) = (times, true))
    }

    pub(crate) fn takes(self, name: &'static str, seconds: u64) -> Self {
        self.script(name, |script| script.takes = Duration::from_secs(seconds))
    }
}

/// Steps `a` to `e`: each gives `a(input)`, and is undone by a step that writes its payload.
macro_rules! steps {
    ($($name:ident undone by $undo:ident;)*) => {
        $(
            #[step(compensate = $undo)]
            pub(crate) async fn $name(input: String, log: &Log, ctx: &StepContext) -> Result<String> {
                log.add(format!("{}({input})", stringify!($name)));
                log.attempt(stringify!($name), ctx.attempt()).await?;
                Ok(format!("{}({input})", stringify!($name)))
            }

            #[step]
            pub(crate) async fn $undo(payload: String, log: &Log, ctx: &StepContext) -> Result<()> {
                log.add(format!("undo {payload}"));
                log.attempt(stringify!($undo), ctx.attempt()).await
            }
        )*
    };
}

steps! {
    a undone by undo_a;
    b undone by undo_b;
    c undone by undo_c;
    d undone by undo_d;
    e undone by undo_e;
}

/// Has no compensation.
#[step]
pub(crate) async fn bare(input: String, log: &Log, ctx: &StepContext) -> Result<String> {
    log.add(format!("bare({input})"));
    log.attempt("bare", ctx.attempt()).await?;
    Ok(format!("bare({input})"))
}

/// Its compensation hears of doubtful ends.
#[step(compensate = undo_doubtful)]
pub(crate) async fn doubtful(input: String, log: &Log, ctx: &StepContext) -> Result<String> {
    log.add(format!("doubtful({input})"));
    log.attempt("doubtful", ctx.attempt()).await?;
    Ok(format!("doubtful({input})"))
}

#[step]
pub(crate) async fn undo_doubtful(heard: Outcome<String>, log: &Log) -> Result<()> {
    log.add(format!("undo doubtful: {heard:?}"));
    Ok(())
}

/// Three attempts, a second apart at first.
#[step(compensate = undo_patient, retry(attempts = 3, backoff = "1s..10s", jitter = false))]
pub(crate) async fn patient(input: String, log: &Log, ctx: &StepContext) -> Result<String> {
    log.add(format!("patient({input}) {}", ctx.attempt()));
    log.attempt("patient", ctx.attempt()).await?;
    Ok(format!("patient({input})"))
}

/// Three attempts itself.
#[step(retry(attempts = 3, backoff = "1s..10s", jitter = false))]
pub(crate) async fn undo_patient(heard: Outcome<String>, log: &Log, ctx: &StepContext) -> Result<()> {
    log.add(format!("undo patient: {heard:?} {}", ctx.attempt()));
    log.attempt("undo_patient", ctx.attempt()).await
}

/// Does one thing after the other, and says how far it came. Its input is what it does, and where it fails.
#[step(compensate = undo_half)]
pub(crate) async fn half(parts: Vec<u32>, fails_at: u32, log: &Log) -> Result<Vec<u32>, Partial<Vec<u32>>> {
    let mut done = Vec::new();
    for part in parts {
        if part == fails_at {
            return Err(Partial::new(anyhow!("part {part} fails"), done).permanent());
        }
        log.add(format!("part {part}"));
        done.push(part);
    }
    Err(anyhow!("nothing of it counts").into())
}

#[step]
pub(crate) async fn undo_half(parts: Vec<u32>, log: &Log) -> Result<()> {
    log.add(format!("undo parts {parts:?}"));
    Ok(())
}

/// The lines that a test expects.
pub(crate) fn lines<const N: usize>(lines: [&str; N]) -> Vec<String> {
    lines.into_iter().map(str::to_owned).collect()
}

pub(crate) fn x() -> String {
    "x".to_owned()
}
