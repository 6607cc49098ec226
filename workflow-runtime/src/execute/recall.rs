//! What an execution computed before, so that a resumed one reads it and never computes it again.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::data::Recorded;
use crate::graph::{BranchNode, Eval, LoopNode, ScopeId, StepNode, Taken, UndoNode};

use super::fiber::FiberId;
use super::machine::Machine;
use super::nodes::Flow;
use super::op::{Issue, NodePath};
use super::stored::{Json, field, read_back};

/// The recorded choices, items and inputs of an execution, by node path.
#[derive(Default)]
pub(crate) struct Recall {
    pub(crate) choices: BTreeMap<String, Choice>,
    pub(crate) items: BTreeMap<String, Vec<Json>>,
    pub(crate) inputs: BTreeMap<String, VecDeque<Input>>,
}

/// The arm that a condition chose.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Choice {
    pub(crate) arm: u32,
    pub(crate) label: String,
    pub(crate) bound: Json,
}

/// The input of a step.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Input {
    /// All of it.
    Whole(Json),
    /// Argument by argument.
    Arguments(Vec<Argument>),
}

/// One argument of a step.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Argument {
    Value(Json),
    /// It is a clone of the place that the node reads as its `read`th.
    Place {
        read: usize,
        field: String,
    },
}

/// A definition that does not fit what is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mismatch {
    pub(crate) node: String,
    pub(crate) what: String,
}

/// A place that a step reads, with the value it has.
pub(crate) struct Reading {
    pub(crate) field: &'static str,
    pub(crate) value: Option<Recorded>,
}

impl<C: 'static> Machine<C> {
    /// Leaves the fiber where it is: the definition does not fit.
    fn refuse(&mut self, path: &NodePath, what: String) -> Flow {
        self.issue(Issue::Refused(Mismatch { node: path.to_string(), what }));
        Flow::Wait
    }

    fn evaluated<T>(&mut self, id: FiberId, name: &'static str, eval: &Eval<T>, scope: ScopeId) -> Result<T, Flow> {
        self.eval(name, eval, scope).map_err(|cause| self.fail(id, cause))
    }

    /// The arm that a condition chooses.
    fn decided(&mut self, id: FiberId, node: &'static BranchNode<C>, scope: ScopeId) -> Result<Taken, Flow> {
        let taken = self.evaluated(id, &node.path, &node.choose, scope)?;
        let Some(forced) = &self.forced else { return Ok(taken) };
        Ok(forced.arm(&self.path(scope, &node.path), &node.arms, taken))
    }

    /// The items that a loop has.
    fn computed(&mut self, id: FiberId, node: &'static LoopNode<C>, scope: ScopeId) -> Result<Vec<Recorded>, Flow> {
        let items = self.evaluated(id, &node.path, &node.items, scope)?;
        let Some(forced) = &self.forced else { return Ok(items) };
        Ok(forced.items(&self.path(scope, &node.path), items))
    }

    /// The choice of a condition, and whether it is made only now.
    pub(super) fn choose(
        &mut self,
        id: FiberId,
        node: &'static BranchNode<C>,
        scope: ScopeId,
    ) -> Result<(Taken, bool), Flow> {
        if self.recall.is_none() {
            return Ok((self.decided(id, node, scope)?, true));
        }
        let path = self.path(scope, &node.path);
        let recalled = self.recall.as_mut().and_then(|recall| recall.choices.remove(&path.to_string()));
        let Some(choice) = recalled else {
            let taken = self.decided(id, node, scope)?;
            let label = node.arms.get(taken.index as usize).map_or("", |arm| arm.label);
            self.issue(Issue::Chose { path, arm: taken.index, label, bound: taken.bound.clone() });
            return Ok((taken, true));
        };
        // Arms are known by their text, where it is still there: that of a condition may change, and arms may move.
        let at = choice.arm as usize;
        let same = |index: usize| node.arms.get(index).is_some_and(|arm| arm.label == choice.label);
        let at = if same(at) { at } else { (0..node.arms.len()).find(|index| same(*index)).unwrap_or(at) };
        let Some(arm) = node.arms.get(at) else {
            return Err(self.refuse(&path, format!("its arm `{}` was chosen, which is no longer there", choice.label)));
        };
        match read_back(arm.decode, &choice.bound) {
            Ok(bound) => Ok((Taken { index: u32::try_from(at).unwrap_or(choice.arm), bound }, false)),
            Err(what) => Err(self.refuse(&path, what)),
        }
    }

    /// The items of a loop.
    pub(super) fn items(
        &mut self,
        id: FiberId,
        node: &'static LoopNode<C>,
        scope: ScopeId,
    ) -> Result<Vec<Recorded>, Flow> {
        if self.recall.is_none() {
            return self.computed(id, node, scope);
        }
        let path = self.path(scope, &node.path);
        let recalled = self.recall.as_mut().and_then(|recall| recall.items.remove(&path.to_string()));
        let Some(items) = recalled else {
            let items = self.computed(id, node, scope)?;
            self.issue(Issue::Items { path, items: items.clone() });
            return Ok(items);
        };
        let items: Result<Vec<_>, _> = items.iter().map(|item| read_back(node.decode, item)).collect();
        items.map_err(|what| self.refuse(&path, what))
    }

    /// The input of a step.
    pub(super) fn step_input(
        &mut self,
        id: FiberId,
        node: &'static StepNode<C>,
        scope: ScopeId,
    ) -> Result<Recorded, Flow> {
        let Some(recall) = self.recall.as_mut().filter(|recall| !recall.inputs.is_empty()) else {
            return self.computed_input(id, node, scope);
        };
        let path = NodePath { prefix: self.scopes.prefix(scope).cloned(), local: &node.path };
        match recall.inputs.get_mut(&path.to_string()).and_then(VecDeque::pop_front) {
            None => self.computed_input(id, node, scope),
            Some(input) => {
                let input = self.assembled(node, scope, input);
                let input = input.and_then(|input| read_back(node.def.codec.input, &input));
                input.map_err(|what| self.refuse(&path, what))
            }
        }
    }

    fn computed_input(&mut self, id: FiberId, node: &'static StepNode<C>, scope: ScopeId) -> Result<Recorded, Flow> {
        self.contain(&node.path, scope, |env| node.input.recorded(env)).map_err(|cause| self.fail(id, cause))
    }

    /// The whole of an input that was recorded argument by argument.
    fn assembled(&self, node: &StepNode<C>, scope: ScopeId, input: Input) -> Result<Json, String> {
        let arguments = match input {
            Input::Whole(json) => return Ok(json),
            Input::Arguments(arguments) => arguments,
        };
        let mut whole = Vec::with_capacity(arguments.len());
        for argument in arguments {
            whole.push(match argument {
                Argument::Value(json) => json,
                Argument::Place { read, field: name } => {
                    let read = node.reads.get(read).filter(|read| read.field == name);
                    let value = read.and_then(|read| self.scopes.get(scope, read.slot));
                    let json = value.and_then(|value| value.to_raw().ok());
                    let found = json.as_deref().and_then(|json| field(json, &name)).map(ToOwned::to_owned);
                    found.ok_or_else(|| format!("it no longer reads the place `{name}` that its input came from"))?
                }
            });
        }
        serde_json::value::to_raw_value(&whole).map_err(|error| error.to_string())
    }

    /// Tells the host what the step that begins next reads, so that it can record large arguments as places.
    pub(super) fn tell_reads(&mut self, node: &'static StepNode<C>, scope: ScopeId) {
        if self.recall.is_some() && !node.reads.is_empty() {
            let value = |read: &crate::graph::Read| self.scopes.get(scope, read.slot).cloned();
            let reads = node.reads.iter().map(|read| Reading { field: read.field, value: value(read) }).collect();
            self.issue(Issue::Reads(reads));
        }
    }

    /// The input that an `undo!` with a payload from elsewhere was given before.
    pub(super) fn recalled_undo(
        &mut self,
        node: &'static UndoNode<C>,
        path: &NodePath,
    ) -> Result<Option<Recorded>, Flow> {
        let Some(recall) = &mut self.recall else { return Ok(None) };
        let input = recall.inputs.get_mut(&format!("{path}/undo")).and_then(VecDeque::pop_front);
        let (Some(Input::Whole(input)), Some(undo)) = (input, &node.undo) else { return Ok(None) };
        read_back(undo.codec.input, &input).map(Some).map_err(|what| self.refuse(path, what))
    }
}
