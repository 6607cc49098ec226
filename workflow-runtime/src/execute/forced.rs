//! Ways that a test makes an execution take, whatever its conditions and loops say.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use crate::data::{Recorded, record};
use crate::graph::{ArmNode, Taken};

use super::op::NodePath;

/// Arms and numbers of items, by node path, with or without the numbers of items in it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Ways {
    /// The arm with this text.
    pub(crate) arms: BTreeMap<String, String>,
    pub(crate) items: BTreeMap<String, usize>,
}

/// The ways to take, and what became of them.
#[derive(Debug, Default)]
pub(crate) struct Forced {
    ways: Ways,
    refused: Mutex<BTreeSet<String>>,
}

impl Forced {
    #[cfg(feature = "testing")]
    pub(crate) fn new(ways: Ways) -> Self {
        Self { ways, refused: Mutex::default() }
    }

    /// Why some of the ways could not be taken.
    #[cfg(feature = "testing")]
    pub(crate) fn refused(&self) -> Vec<String> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    fn refuse(&self, why: String) {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).insert(why);
    }

    /// The arm that is to be taken instead of `taken`.
    pub(super) fn arm<C>(&self, path: &NodePath, arms: &[ArmNode<C>], taken: Taken) -> Taken {
        let Some(wanted) = at(&self.ways.arms, path) else { return taken };
        let Some((index, arm)) = arms.iter().enumerate().find(|(_, arm)| arm.label == wanted) else {
            self.refuse(format!("`{path}` has no arm `{wanted}`"));
            return taken;
        };
        if index == taken.index as usize {
            return taken;
        }
        let unit = arm.decode.read("null").ok().filter(|value| value.type_name() == record(()).type_name());
        match unit {
            Some(bound) => Taken { index: u32::try_from(index).unwrap_or(taken.index), bound },
            None => {
                self.refuse(format!("the arm `{wanted}` of `{path}` binds values that nobody can make up"));
                taken
            }
        }
    }

    /// So many items: the first ones, or the ones that there are, over and over.
    pub(super) fn items(&self, path: &NodePath, items: Vec<Recorded>) -> Vec<Recorded> {
        let Some(count) = at(&self.ways.items, path) else { return items };
        if items.is_empty() && *count > 0 {
            self.refuse(format!("the loop `{path}` has no item, and nobody can make one up"));
        }
        items.iter().cycle().take(*count).cloned().collect()
    }
}

fn at<'m, T>(map: &'m BTreeMap<String, T>, path: &NodePath) -> Option<&'m T> {
    if map.is_empty() {
        return None;
    }
    let path = path.to_string();
    map.get(&path).or_else(|| map.get(&without_items(&path)))
}

/// The path as the graph has it: without the numbers of items.
pub(crate) fn without_items(path: &str) -> String {
    let mut kept = String::with_capacity(path.len());
    for part in path.split_inclusive('/') {
        let (name, end) = part.strip_suffix('/').map_or((part, ""), |name| (name, "/"));
        let number =
            |name: &'_ str| name.strip_suffix(']').and_then(|name| name.rsplit_once('[')).map(|(name, _)| name.len());
        kept.push_str(name.get(..number(name).unwrap_or(name.len())).unwrap_or(name));
        kept.push_str(end);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::without_items;

    #[test]
    fn a_path_of_the_graph_has_no_numbers_of_items() {
        assert_eq!(without_items("for#1[17]/leg/if#2/0/reserve"), "for#1/leg/if#2/0/reserve");
        assert_eq!(without_items("reserve"), "reserve");
    }
}
