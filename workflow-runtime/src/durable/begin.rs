//! How operations begin: what is recorded of it, what was recorded before, and what they wait for.

use std::borrow::Cow;
use std::time::Duration;

use anyhow::anyhow;

use crate::data::Recorded;
use crate::execute::{Asked, Input, Op, Operation, Reading};
use crate::graph::NodeKind;
use crate::in_process::Attempts;
use crate::journal::{self, Began, OpKind, Phase, Record};

use super::flight::{Flight, Stage, Task, Work};
use super::host::Durable;
use super::input;

impl<C: Send + Sync + 'static> Durable<'_, C> {
    pub(super) fn begin(&mut self, operation: Operation<C>) {
        let Operation { id, path, op } = operation;
        let due = |wait: Duration| self.now().saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
        let (kind, runs, due, input) = match &op {
            Op::Step { def, input, .. } => (OpKind::Step, Some(def.info.name), None, Some(input.clone())),
            Op::Undo { def, input, asked } => {
                let input = matches!(asked, Asked::Payload).then(|| input.clone());
                (OpKind::Undo, Some(def.info.name), None, input)
            }
            Op::Sleep(wait) => (OpKind::Sleep, None, Some(due(self.on.sleeps(&path, *wait))), None),
            Op::Deadline(wait) => (OpKind::Deadline, None, Some(due(*wait)), None),
            Op::Signal { node } => (OpKind::Signal, Some(node.name), node.timeout.map(due), None),
        };
        let path_of_op = match (&path.prefix, kind) {
            (None, OpKind::Step | OpKind::Sleep | OpKind::Signal | OpKind::Deadline) => Cow::Borrowed(path.local),
            (_, OpKind::Undo) => Cow::Owned(format!("{path}/undo")),
            _ => Cow::Owned(path.to_string()),
        };
        let key = journal::Op { kind, path: path_of_op };
        let reads = if kind == OpKind::Step { std::mem::take(&mut self.reads) } else { Vec::new() };
        let recorded = self.script.begun(&key);
        let due = match &recorded {
            Some(began) => began.due.or(due.filter(|_| kind == OpKind::Sleep)),
            None => due,
        };
        if let Some(began) = &recorded
            && began.runs.as_deref() != runs
        {
            let (was, is) = (began.runs.as_deref().unwrap_or("nothing"), runs.unwrap_or("nothing"));
            self.refuse(path.to_string(), format!("it ran `{was}`, and the definition now runs `{is}` there"));
            return;
        }
        let known = recorded.is_some();
        if !known {
            let policy = kind == OpKind::Deadline;
            if policy && self.desk.state.phase() != Phase::Running {
                return;
            }
            if !policy && !self.script.played.is_empty() {
                self.refuse(
                    path.to_string(),
                    "the definition runs it before something that the execution has already done".into(),
                );
                return;
            }
            match self.began(runs, input.as_ref(), &reads, due) {
                Ok(began) => self.record(&Record::Began(key.clone(), began)),
                Err(error) => {
                    let began = Began { runs: runs.map(Cow::Borrowed), input: None, due };
                    self.record(&Record::Began(key.clone(), began));
                    self.stillborn.push_back((id, anyhow!(error).context("its input cannot be recorded")));
                }
            }
        }
        let work = match op {
            Op::Step { def, input, stubborn } => {
                let mut task = self.task(&key, Attempts::of_step(id, path, def, input, stubborn));
                task.codec = Some(def.codec);
                task.pivot = def.info.pivot;
                self.tasks.push(id);
                Work::Task(task)
            }
            Op::Undo { def, input, asked } => {
                self.tasks.push(id);
                Work::Task(self.task(&key, Attempts::of_undo(id, path, def, input, asked)))
            }
            Op::Sleep(_) | Op::Deadline(_) => Work::Wait,
            Op::Signal { node } => {
                if !self.on.passes(NodeKind::Signal, &path) {
                    self.signals.push(id);
                }
                Work::Signal(node)
            }
        };
        let due = match &work {
            Work::Task(task) if task.stage == Stage::Waiting => {
                self.desk.retries.get(&*key.path).map(|retry| retry.due)
            }
            _ => due,
        };
        if let Some(due) = due {
            self.timers.insert((due, id.generation), id);
        }
        if !self.live {
            self.by_op.insert(key.clone(), id);
        }
        self.flights.insert(id, Flight { op: key, due, work, begun_before: known });
    }

    fn began(
        &self,
        runs: Option<&'static str>,
        input: Option<&Recorded>,
        reads: &[Reading],
        due: Option<i64>,
    ) -> serde_json::Result<Began> {
        let input: Option<Input> = input.map(|input| input::recorded(input, reads)).transpose()?;
        Ok(Began { runs: runs.map(Cow::Borrowed), input, due })
    }

    /// A task in the state in which the row has it.
    fn task(&self, key: &journal::Op, attempts: Attempts<C>) -> Task<C> {
        let retry = if self.live { None } else { self.desk.retries.get(&*key.path) };
        let (attempt, stage) = match retry {
            Some(retry) => (retry.attempts.saturating_add(1), Stage::Waiting),
            None => (1, Stage::Ready),
        };
        Task { attempts: Some(attempts), attempt, stage, last: None, settle: false, codec: None, pivot: false }
    }
}
