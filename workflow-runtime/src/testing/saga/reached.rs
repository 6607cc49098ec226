//! Cases that the survey has decided: whether something comes to each node, and what the fixture says of nodes.

use super::fixture::Claims;
use super::judge::quoted;
use super::survey::{Place, Survey};

/// A case that needs no further run.
type Decided = (String, Result<(), String>);

/// One case for each node of `workflow`, and one for each thing that the fixture says of a node that there is not.
pub(super) fn reached(workflow: &str, suite: &str, survey: &Survey, claims: &Claims) -> Vec<Decided> {
    let rerun = |case: &str| format!("rerun with `cargo test {suite}::{case}`");
    let nodes = survey.places.iter().map(|place| {
        let case = format!("reaches::{}", place.node.path);
        let verdict = reaches(workflow, place, survey, claims).map_err(|why| format!("{why}; {}", rerun(&case)));
        (case, verdict)
    });
    let unknown = unknown(survey, claims).map(|(case, says)| {
        let nodes: Vec<String> = survey.places.iter().map(|place| quoted(&place.node.path)).collect();
        let (nodes, rerun) = (nodes.join(", "), rerun(&case));
        (case, Err(format!("the fixture says {says}, but `{workflow}` has no such node; it has {nodes}; {rerun}")))
    });
    nodes.chain(unknown).collect()
}

fn reaches(workflow: &str, place: &Place, survey: &Survey, claims: &Claims) -> Result<(), String> {
    let path = &place.node.path;
    let tried = survey.unreached.get(path).filter(|tried| !tried.is_empty());
    let tried = tried.map_or_else(String::new, |tried| format!(" ({})", tried.join("; ")));
    match (!survey.reaching(path).is_empty(), claims.unreachable.contains_key(path)) {
        (true, false) | (false, true) => Ok(()),
        (true, true) => {
            Err(format!("`{path}` is said to be unreachable, but is reached: take `.unreachable(\"{path}\", ..)` away"))
        }
        (false, false) => Err(format!(
            "not reached: `{path}` of `{workflow}` runs with none of the inputs{tried}; add an input that reaches it \
             (`.input(\"..\", || ..)`), or say why none can (`.unreachable(\"{path}\", \"..\")`)"
        )),
    }
}

/// What the fixture says of nodes and steps that there are not: the name of a case, and the words.
fn unknown<'s>(survey: &'s Survey, claims: &'s Claims) -> impl Iterator<Item = (String, String)> + 's {
    let is_node = |name: &str| survey.places.iter().any(|place| place.node.path == name);
    let runs = |name: &str| {
        survey.places.iter().any(|Place { node, .. }| [node.runs, node.compensation].contains(&Some(name)))
    };
    let unreachable = claims.unreachable.keys().filter(move |name| !is_node(name));
    let clean = claims.clean.iter().filter(move |name| !is_node(name) && !runs(name));
    let unreachable =
        unreachable.map(|name| (format!("unreachable::{name}"), format!("`.unreachable(\"{name}\", ..)`")));
    unreachable.chain(clean.map(|name| (format!("fails_cleanly::{name}"), format!("`.fails_cleanly(\"{name}\")`"))))
}
