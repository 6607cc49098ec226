//! Which nodes of the graph the inputs reach, and how the others can be reached.

use std::collections::{BTreeMap, BTreeSet};

use crate::execute::{Ways, without_items};
use crate::graph::{Graph, GraphNode, NodeKind};
use crate::testing::steps::{Node, Rule, StepFault};

use super::stage::{How, Ran, Stage};

/// A node of the graph with nothing inside, and what it is inside of.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) node: GraphNode,
    /// Whether the workflow handles its failure, here or further out.
    pub(super) handled: bool,
    /// Whether a pivot may succeed while it waits.
    pub(super) beside_pivot: bool,
    ways: Ways,
}

/// What a node is inside of.
#[derive(Debug, Clone, Default)]
struct Inside {
    handled: bool,
    beside_pivot: bool,
    ways: Ways,
}

/// One way through the graph: an input, and what was done to get further.
#[derive(Debug, Clone)]
pub(super) struct Reach {
    pub(super) input: usize,
    pub(super) rules: Vec<Rule>,
    pub(super) ways: Ways,
    /// The run that went this way, without any further fault.
    pub(super) plain: Ran,
}

impl Reach {
    /// Whether it is what the input does by itself.
    pub(super) fn is_natural(&self) -> bool {
        self.rules.is_empty() && self.ways == Ways::default()
    }

    pub(super) fn how(&self) -> How {
        How { rules: self.rules.clone(), ways: self.ways.clone(), ..How::default() }
    }

    /// Whether the wait at this node, on this way, may see a pivot succeed: then nobody can stop it any more.
    pub(super) fn outlasts_pivot(&self, place: &Place, node: &str) -> bool {
        let began = self.plain.passed.iter().find(|passed| passed.node == node).map_or(0, |passed| passed.began);
        self.plain.pivot().is_some_and(|pivot| place.beside_pivot || began > pivot.began)
    }

    /// Where the execution came to this node last, if it did.
    pub(super) fn last(&self, path: &str) -> Option<&str> {
        self.plain.nodes().rfind(|node| without_items(node) == path)
    }
}

/// What is known before the first case runs.
#[derive(Debug, Default)]
pub(super) struct Survey {
    pub(super) places: Vec<Place>,
    pub(super) reaches: Vec<Reach>,
    /// Nodes that could not be reached, and what was tried.
    pub(super) unreached: BTreeMap<String, Vec<String>>,
}

impl Survey {
    pub(super) fn of(graph: &Graph, stage: &dyn Stage, inputs: usize) -> Self {
        let mut survey = Self { places: places(graph), ..Self::default() };
        for input in 0..inputs {
            let plain = stage.run(input, &How::default());
            survey.reaches.push(Reach { input, rules: Vec::new(), ways: Ways::default(), plain });
        }
        survey.by_failing(stage);
        survey.by_force(stage);
        survey
    }

    fn unreached(&self) -> Vec<Place> {
        let reached: BTreeSet<String> = self.reaches.iter().flat_map(|reach| paths(&reach.plain)).collect();
        self.places.iter().filter(|place| !reached.contains(&place.node.path)).cloned().collect()
    }

    /// Nodes behind a failure that the workflow handles, or a signal that does not come in time.
    fn by_failing(&mut self, stage: &dyn Stage) {
        for reach in self.reaches.clone() {
            for node in reach.plain.nodes() {
                let unreached = self.unreached();
                if unreached.is_empty() {
                    return;
                }
                let fault = match self.place(node) {
                    Some(Place { handled: true, node: GraphNode { kind, timeout, .. }, .. }) => match kind {
                        NodeKind::Step | NodeKind::Undo => StepFault::Fail,
                        NodeKind::Signal if timeout.is_some() => StepFault::TimeOut,
                        _ => continue,
                    },
                    _ => continue,
                };
                let rules = vec![rule(node, false, fault, None)];
                let plain = stage.run(reach.input, &How { rules: rules.clone(), ..How::default() });
                if unreached.iter().any(|place| paths(&plain).contains(&place.node.path)) {
                    self.reaches.push(Reach { input: reach.input, rules, ways: Ways::default(), plain });
                }
            }
        }
    }

    /// Nodes in arms that no input takes, and in loops without items.
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
                    self.reaches.push(Reach { input: reach.input, rules: reach.rules.clone(), ways, plain: ran });
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

    /// The node that runs at this place.
    pub(super) fn place(&self, path: &str) -> Option<&Place> {
        let path = without_items(path);
        self.places.iter().find(|place| place.node.path == path)
    }

    /// The ways that a node is tested on: all inputs that reach it, or one way to get there.
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
    ran.nodes().map(without_items).collect()
}

fn places(graph: &Graph) -> Vec<Place> {
    let mut places = Vec::new();
    walk(graph.nodes(), &Inside::default(), &mut places);
    places
}

fn walk(nodes: &[GraphNode], inside: &Inside, places: &mut Vec<Place>) {
    for node in nodes {
        let inside = Inside { handled: inside.handled || node.handled, ..inside.clone() };
        if node.blocks.is_empty() {
            let Inside { handled, beside_pivot, ways } = inside.clone();
            places.push(Place { node: node.clone(), handled, beside_pivot, ways });
        }
        for (index, (label, nodes)) in node.blocks.iter().enumerate() {
            let mut inside = inside.clone();
            match node.kind {
                NodeKind::Branch => {
                    inside.ways.arms.insert(node.path.clone(), label.clone());
                }
                NodeKind::Loop | NodeKind::ParallelLoop => {
                    inside.ways.items.insert(node.path.clone(), 1);
                }
                NodeKind::Parallel => {
                    let others = node.blocks.iter().enumerate().filter(|(other, _)| *other != index);
                    inside.beside_pivot |= others.into_iter().any(|(_, (_, nodes))| has_pivot(nodes));
                }
                _ => {}
            }
            walk(nodes, &inside, places);
        }
    }
}

fn has_pivot(nodes: &[GraphNode]) -> bool {
    nodes.iter().any(|node| node.pivot || node.blocks.iter().any(|(_, nodes)| has_pivot(nodes)))
}
