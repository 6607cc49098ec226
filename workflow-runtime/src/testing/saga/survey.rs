//! Which nodes of the graph the inputs reach, and how the others can be reached.

use std::collections::{BTreeMap, BTreeSet};

use crate::execute::{Ways, without_items};
use crate::graph::{Graph, GraphNode, NodeKind};
use crate::testing::steps::{Node, Rule, StepFault};

use super::stage::{How, Ran, Stage};
use super::trace::Seen;

/// A step of the graph, and what it is inside of.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) node: GraphNode,
    /// Whether the workflow handles its failure, here or further out.
    pub(super) handled: bool,
    ways: Ways,
}

/// One way through the graph: an input, and what was done to get further.
#[derive(Debug, Clone)]
pub(super) struct Reach {
    pub(super) input: usize,
    pub(super) rules: Vec<Rule>,
    pub(super) ways: Ways,
    /// Whether no signal is sent.
    silent: bool,
    /// The run that went this way, without any further fault.
    pub(super) plain: Ran,
}

impl Reach {
    /// Whether it is what the input does by itself.
    pub(super) fn is_natural(&self) -> bool {
        self.rules.is_empty() && self.ways == Ways::default() && !self.silent
    }

    pub(super) fn how(&self) -> How {
        How { rules: self.rules.clone(), ways: self.ways.clone(), silent: self.silent, ..How::default() }
    }

    /// Where the step ran last, if it did.
    pub(super) fn last(&self, path: &str) -> Option<&Seen> {
        self.plain.visited().into_iter().rfind(|seen| without_items(&seen.path) == path)
    }
}

/// What is known before the first case runs.
#[derive(Debug, Default)]
pub(super) struct Survey {
    pub(super) places: Vec<Place>,
    pub(super) reaches: Vec<Reach>,
    /// Steps that could not be reached, and what was tried.
    pub(super) unreached: BTreeMap<String, Vec<String>>,
}

impl Survey {
    pub(super) fn of(graph: &Graph, stage: &dyn Stage, inputs: usize) -> Self {
        let mut survey = Self { places: places(graph), ..Self::default() };
        for input in 0..inputs {
            survey.go(stage, input, Vec::new(), Ways::default());
        }
        if stage.has_signals() {
            survey.by_silence(stage);
        }
        survey.by_failing(stage);
        survey.by_force(stage);
        survey
    }

    /// Goes one way and keeps it.
    fn go(&mut self, stage: &dyn Stage, input: usize, rules: Vec<Rule>, ways: Ways) {
        let how = How { rules: rules.clone(), ways: ways.clone(), ..How::default() };
        let plain = stage.run(input, &how);
        self.reaches.push(Reach { input, rules, ways, silent: false, plain });
    }

    fn unreached(&self) -> Vec<Place> {
        let reached: BTreeSet<String> = self.reaches.iter().flat_map(|reach| paths(&reach.plain)).collect();
        self.places.iter().filter(|place| !reached.contains(&place.node.path)).cloned().collect()
    }

    /// Steps behind a signal that does not come in time.
    fn by_silence(&mut self, stage: &dyn Stage) {
        for reach in self.reaches.clone() {
            let unreached = self.unreached();
            let plain = stage.run(reach.input, &How { silent: true, ..reach.how() });
            if unreached.iter().any(|place| paths(&plain).contains(&place.node.path)) {
                self.reaches.push(Reach { silent: true, plain, ..reach });
            }
        }
    }

    /// Steps behind a failure that the workflow handles.
    fn by_failing(&mut self, stage: &dyn Stage) {
        let natural: Vec<Reach> = self.reaches.clone();
        for reach in &natural {
            for seen in reach.plain.visited() {
                let unreached = self.unreached();
                if unreached.is_empty() {
                    return;
                }
                if !self.place(&seen.path).is_some_and(|place| place.handled) {
                    continue;
                }
                let rules = vec![rule(&seen.path, false, StepFault::Fail, None)];
                let how = How { rules: rules.clone(), ..How::default() };
                let ran = stage.run(reach.input, &how);
                let gained = unreached.iter().any(|place| paths(&ran).contains(&place.node.path));
                if gained {
                    self.reaches.push(Reach {
                        input: reach.input,
                        rules,
                        ways: Ways::default(),
                        silent: false,
                        plain: ran,
                    });
                }
            }
        }
    }

    /// Steps in arms that no input takes, and in loops without items.
    fn by_force(&mut self, stage: &dyn Stage) {
        let known = self.reaches.clone();
        for place in self.unreached() {
            if self.reaches.iter().any(|reach| paths(&reach.plain).contains(&place.node.path)) {
                continue;
            }
            let mut tried = BTreeSet::new();
            for reach in &known {
                let mut ways = reach.ways.clone();
                ways.arms.extend(place.ways.arms.clone());
                ways.items.extend(place.ways.items.clone());
                let how = How { ways: ways.clone(), ..reach.how() };
                let ran = stage.run(reach.input, &how);
                if paths(&ran).contains(&place.node.path) {
                    self.reaches.push(Reach {
                        input: reach.input,
                        rules: reach.rules.clone(),
                        ways,
                        silent: reach.silent,
                        plain: ran,
                    });
                    tried.clear();
                    break;
                }
                tried.extend(ran.missed);
            }
            if self.unreached().iter().any(|other| other.node.path == place.node.path) {
                self.unreached.insert(place.node.path.clone(), tried.into_iter().collect());
            }
        }
    }

    /// The step that runs at this place.
    pub(super) fn place(&self, path: &str) -> Option<&Place> {
        let path = without_items(path);
        self.places.iter().find(|place| place.node.path == path)
    }

    /// The ways that a step is tested on: all inputs that reach it, or one way to get there.
    pub(super) fn reaching(&self, path: &str) -> Vec<usize> {
        let all = || self.reaches.iter().enumerate().filter(|(_, reach)| reach.last(path).is_some());
        let natural: Vec<usize> = all().filter(|(_, reach)| reach.is_natural()).map(|(index, _)| index).collect();
        if natural.is_empty() { all().map(|(index, _)| index).take(1).collect() } else { natural }
    }
}

pub(super) fn rule(path: &str, undo: bool, fault: StepFault, times: Option<u32>) -> Rule {
    Rule { node: Node::Exactly(path.to_owned()), undo, fault, times }
}

fn paths(ran: &Ran) -> BTreeSet<String> {
    ran.visited().into_iter().map(|seen| without_items(&seen.path)).collect()
}

fn places(graph: &Graph) -> Vec<Place> {
    let mut places = Vec::new();
    walk(graph.nodes(), false, &Ways::default(), &mut places);
    places
}

fn walk(nodes: &[GraphNode], handled: bool, ways: &Ways, places: &mut Vec<Place>) {
    for node in nodes {
        let handled = handled || node.handled;
        if node.kind == NodeKind::Step {
            places.push(Place { node: node.clone(), handled, ways: ways.clone() });
        }
        for (label, nodes) in &node.blocks {
            let mut inside = ways.clone();
            match node.kind {
                NodeKind::Branch => {
                    inside.arms.insert(node.path.clone(), label.clone());
                }
                NodeKind::Loop | NodeKind::ParallelLoop => {
                    inside.items.insert(node.path.clone(), 1);
                }
                _ => {}
            }
            walk(nodes, handled, &inside, places);
        }
    }
}
