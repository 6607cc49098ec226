//! The steps of random workflows: each does what its node's script says, and writes down what it did.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::anyhow;
use workflow_runtime::{Clock, ManualClock, Outcome, Partial, Services, StepContext, StepResponse, step};

use crate::graph::{Block, How, Node, Plan, Step, Undo};

/// How many child workflows a plan may have, and from which on they have a timeout.
pub(crate) const CHILDREN: usize = 8;
pub(crate) const TIMED_FROM: usize = 4;
/// The timeout of those, in milliseconds: another one for each, so that no two fire at one moment.
pub(crate) const fn child_timeout(slot: usize) -> u64 {
    (580 + 17 * slot as u64) * LONG
}

/// The milliseconds in which the waits of policies are counted: steps take some hundreds of these.
pub(crate) const LONG: u64 = 1_000_000;

/// Where steps find their scripts, and write down what they do.
pub(crate) struct Stage {
    clock: ManualClock,
    scripts: BTreeMap<&'static str, Step>,
    trace: Mutex<Vec<String>>,
}

#[derive(Clone, Services)]
pub(crate) struct App {
    pub(crate) stage: Arc<Stage>,
}

impl Stage {
    pub(crate) fn new(plan: &Plan, clock: ManualClock) -> Self {
        let mut scripts = BTreeMap::new();
        collect(&plan.root, &mut scripts);
        Self { clock, scripts, trace: Mutex::new(Vec::new()) }
    }

    fn note(&self, line: String) {
        self.trace.lock().unwrap().push(line);
    }

    pub(crate) fn trace(&self) -> Vec<String> {
        self.trace.lock().unwrap().clone()
    }

    /// The script of a node, its label, and the items that it is for.
    fn script(&self, ctx: &StepContext) -> (&Step, String, Vec<usize>) {
        let label = label(ctx.node_path());
        let mut parts = label.split(['[', ']']).filter(|part| !part.is_empty());
        let script = &self.scripts[parts.next().unwrap()];
        let items = parts.map(|item| item.parse().unwrap()).collect();
        (script, label, items)
    }

    async fn take(&self, millis: u64) {
        if millis > 0 {
            self.clock.sleep(Duration::from_millis(millis)).await;
        }
    }

    async fn undo(&self, heard: &str, ctx: &StepContext) -> anyhow::Result<()> {
        let (script, label, items) = self.script(ctx);
        self.note(format!("undo {label} {} {heard}", ctx.attempt()));
        self.take(script.undo_takes(&items)).await;
        if ctx.attempt() <= script.undo_fails {
            return Err(anyhow!("stuck {label}"));
        }
        self.note(format!("undone {label}"));
        Ok(())
    }
}

fn collect(block: &Block, scripts: &mut BTreeMap<&'static str, Step>) {
    for node in block {
        match node {
            Node::Step(step) => {
                scripts.insert(step.name, step.clone());
            }
            Node::Branch { arms: blocks, .. } | Node::Parallel { branches: blocks, .. } => {
                blocks.iter().for_each(|block| collect(block, scripts));
            }
            Node::For { body, .. } | Node::ParallelFor { body, .. } | Node::Child { body, .. } => {
                collect(body, scripts)
            }
            Node::Undo { .. } | Node::Sleep(_) | Node::Nothing => {}
        }
    }
}

/// What a path is called in traces: the node's own name and the items that it is for, such as `s3[0][2]`.
pub(crate) fn label(path: &str) -> String {
    let path = path.trim_end_matches("/undo");
    let name = path.rsplit('/').next().unwrap();
    let items = path.split('/').filter_map(|part| part.find('[').map(|at| &part[at..]));
    name.to_owned() + &items.collect::<String>()
}

/// An error's text without what only the runtime knows.
pub(crate) fn plain(error: &str) -> String {
    if error.contains("timed out") { "timeout".to_owned() } else { error.to_owned() }
}

/// Whether the step behind a label has a compensation.
pub(crate) fn is_undoable(plan: &Plan, label: &str) -> bool {
    let mut scripts = BTreeMap::new();
    collect(&plan.root, &mut scripts);
    scripts[label.split('[').next().unwrap()].undo != Undo::None
}

async fn perform(stage: &Stage, ctx: &StepContext) -> Result<String, Partial<String>> {
    let (script, label, items) = stage.script(ctx);
    stage.note(format!("begin {label} {}", ctx.attempt()));
    stage.take(script.takes(&items)).await;
    if ctx.attempt() <= script.fails {
        let error = anyhow!("boom {label}");
        return Err(match script.how {
            How::Error => error.into(),
            How::Permanent => Partial::from(error).permanent(),
            How::Partial => Partial::new(error, format!("half of {label}")),
        });
    }
    stage.note(format!("done {label}"));
    Ok(label)
}

/// Steps that are undone with their output, if at all.
macro_rules! plain_steps {
    ($($name:ident($($option:tt)*);)*) => {
        $(
            #[step($($option)*)]
            pub(crate) async fn $name(stage: &Stage, ctx: &StepContext) -> Result<String, Partial<String>> {
                perform(stage, ctx).await
            }
        )*
    };
}

plain_steps! {
    bare();
    bare_patient(retry(attempts = 3, backoff = "10000s..15000s", jitter = false));
    kept(compensate = undo_output);
    kept_patient(compensate = undo_output, retry(attempts = 3, backoff = "10000s..15000s", jitter = false));
}

/// Steps with an undo payload of their own.
macro_rules! steps {
    ($($name:ident($($option:tt)*);)*) => {
        $(
            #[step($($option)*)]
            pub(crate) async fn $name(
                stage: &Stage,
                ctx: &StepContext,
            ) -> Result<StepResponse<String, String>, Partial<String>> {
                let label = perform(stage, ctx).await?;
                Ok(StepResponse::new(label.clone(), format!("all of {label}")))
            }
        )*
    };
}

steps! {
    undoable(compensate = undo_payload);
    undoable_patient(compensate = undo_payload, retry(attempts = 3, backoff = "10000s..15000s", jitter = false));
    doubtful(compensate = undo_outcome);
    doubtful_patient(compensate = undo_outcome, retry(attempts = 3, backoff = "10000s..15000s", jitter = false));
}

#[step]
pub(crate) async fn undo_output(heard: String, stage: &Stage, ctx: &StepContext) -> anyhow::Result<()> {
    stage.undo(&heard, ctx).await
}

#[step(retry(attempts = 2, backoff = "7000s..7000s", jitter = false))]
pub(crate) async fn undo_payload(heard: String, stage: &Stage, ctx: &StepContext) -> anyhow::Result<()> {
    stage.undo(&heard, ctx).await
}

#[step(retry(attempts = 2, backoff = "7000s..7000s", jitter = false))]
pub(crate) async fn undo_outcome(heard: Outcome<String>, stage: &Stage, ctx: &StepContext) -> anyhow::Result<()> {
    let heard = match heard {
        Outcome::Done(payload) | Outcome::Partial(payload) => payload,
        Outcome::Unknown => "unknown".to_owned(),
    };
    stage.undo(&heard, ctx).await
}
