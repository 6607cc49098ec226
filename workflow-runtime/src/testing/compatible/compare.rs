//! What has changed between two graphs, in words, and what that does to executions under way.

use crate::shape::TypeOf;

use super::snapshot::{Place, Snapshot, Within};
use super::{Change, Effect};

#[derive(Default)]
pub(super) struct Comparing {
    pub(super) changes: Vec<Change>,
}

/// What runs after a block: its first node that was there before too.
type After<'a> = Option<&'a str>;

impl Comparing {
    fn tell(&mut self, node: &str, effect: Effect, what: impl Into<String>) {
        self.changes.push(Change { node: node.to_owned(), what: what.into(), effect });
    }

    pub(super) fn snapshots(&mut self, was: &Snapshot, is: &Snapshot) {
        if was.workflow != is.workflow {
            self.tell("", Effect::Parks("all of them".to_owned()), format!("it was called `{}`", was.workflow));
            return;
        }
        if was.version != is.version {
            let what = format!(
                "the version was {} and is {}: keep that snapshot beside the old definition, and write another one for this",
                was.version, is.version
            );
            self.tell("", Effect::Parks(format!("those of version {} unless it stays registered", was.version)), what);
            return;
        }
        if was.timeout != is.timeout {
            self.policy("", "timeout", was.timeout.as_deref(), is.timeout.as_deref());
        }
        self.types("", "input", &was.input, &is.input, "all of them");
        if let Some(what) = changed("output", &was.output, &is.output) {
            self.tell("", Effect::Fine, format!("{what}: results that are stored already may no longer be read"));
        }
        self.blocks(&was.nodes, &is.nodes, None, "");
    }

    fn policy(&mut self, node: &str, name: &str, was: Option<&str>, is: Option<&str>) {
        let (was, is) = (was.unwrap_or("none"), is.unwrap_or("none"));
        self.tell(node, Effect::Policy, format!("its {name} was {was} and is {is}"));
    }

    /// `inside` says which loop the nodes are the body of, if any.
    fn blocks(&mut self, was: &[Place], is: &[Place], after: After<'_>, inside: &str) {
        let mut gone: Vec<&Place> = was.iter().filter(|old| !contains(is, old)).collect();
        for (at, new) in is.iter().enumerate() {
            let following = is.iter().skip(at + 1).find(|next| contains(was, next) && next.kind != "event");
            let following = following.map(|next| next.path.as_str()).or(after);
            if contains(was, new) {
                continue;
            }
            let renamed = gone.iter().position(|old| {
                old.kind == new.kind && old.runs == new.runs && before(was, old) == before_new(is, was, new)
            });
            if let Some(renamed) = renamed {
                let old = gone.remove(renamed);
                self.tell(
                    &old.path,
                    reached(old),
                    format!("it was renamed to `{}`: a node's name is its identity", new.path),
                );
            } else if new.kind == "event" {
                self.tell(&new.path, Effect::Fine, "it is new");
            } else {
                match following {
                    Some(next) if next == inside => self.tell(
                        &new.path,
                        Effect::Parks(format!("those that have finished an item of `{inside}`")),
                        format!("it is new, in the body of `{inside}`"),
                    ),
                    Some(next) => self.tell(
                        &new.path,
                        Effect::Parks(format!("those that have reached `{next}`")),
                        format!("it is new, before `{next}`"),
                    ),
                    None => self.tell(&new.path, Effect::Fine, "it is new, after everything that there was"),
                }
            }
        }
        for old in gone {
            self.tell(&old.path, reached(old), "it is gone");
        }
        self.order(was, is);
        for new in is {
            if let Some(old) = was.iter().find(|old| old.path == new.path) {
                let at = is.iter().position(|node| node.path == new.path).unwrap_or_default();
                let following = is.iter().skip(at + 1).find(|next| contains(was, next) && next.kind != "event");
                self.node(old, new, following.map(|next| next.path.as_str()).or(after));
            }
        }
    }

    /// Nodes that are in both, in another order.
    fn order(&mut self, was: &[Place], is: &[Place]) {
        let kept: Vec<&str> = was.iter().filter(|old| contains(is, old)).map(|old| old.path.as_str()).collect();
        let now: Vec<&str> = is.iter().filter(|new| contains(was, new)).map(|new| new.path.as_str()).collect();
        if let Some((was, is)) = kept.iter().zip(&now).find(|(was, is)| was != is) {
            let effect = Effect::Parks(format!("those that have reached `{was}` or `{is}`"));
            self.tell(is, effect, format!("it now runs before `{was}`"));
        }
    }

    fn node(&mut self, was: &Place, is: &Place, after: After<'_>) {
        let path = is.path.as_str();
        if was.kind != is.kind {
            self.tell(path, reached(was), format!("it was a {} and is a {}", was.kind, is.kind));
            return;
        }
        if was.runs != is.runs {
            let (ran, runs) = (was.runs.as_deref().unwrap_or("nothing"), is.runs.as_deref().unwrap_or("nothing"));
            self.tell(path, reached(was), format!("it ran `{ran}` and now runs `{runs}`"));
            return;
        }
        if was.undone_by != is.undone_by {
            let (by, now) =
                (was.undone_by.as_deref().unwrap_or("nothing"), is.undone_by.as_deref().unwrap_or("nothing"));
            let effect = Effect::Parks(format!("those that are undoing `{path}`"));
            self.tell(path, effect, format!("it was undone by `{by}` and is undone by `{now}`"));
        }
        if was.pivot != is.pivot {
            let what = if is.pivot { "it is a pivot now" } else { "it is no pivot any more" };
            let effect = Effect::Parks(format!("those that have passed `{path}` and then fail"));
            self.tell(path, effect, what);
        }
        if was.handled != is.handled {
            let what = if is.handled { "its failure is handled now" } else { "its failure is no longer handled" };
            self.tell(path, Effect::Parks(format!("those in which `{path}` has failed")), what);
        }
        let names = was.policies.keys().chain(is.policies.keys().filter(|name| !was.policies.contains_key(*name)));
        for name in names {
            let (before, now) = (was.policies.get(name), is.policies.get(name));
            let of_another = name == "compensation retry" && was.undone_by != is.undone_by;
            if before != now && !of_another {
                self.policy(path, name, before.map(String::as_str), now.map(String::as_str));
            }
        }
        for (what, before) in &was.types {
            if let Some(now) = is.types.get(what) {
                self.types(path, what, before, now, &format!("those that have reached `{path}`"));
            }
        }
        self.inner(was, is, after);
    }

    /// What is inside of a node; its blocks are known by their labels, or by their places.
    fn inner(&mut self, was: &Place, is: &Place, after: After<'_>) {
        let looping = matches!(is.kind.as_str(), "loop" | "parallel loop");
        // Behind the end of a loop's body comes its beginning, for the next item.
        let (after, inside) = if looping { (Some(is.path.as_str()), is.path.as_str()) } else { (after, "") };
        let mut taken = Vec::new();
        for (index, block) in was.blocks.iter().enumerate() {
            let same = |other: &&Within| other.label == block.label;
            let Some(now) = is.blocks.iter().find(same).or_else(|| is.blocks.get(index)) else {
                let effect = Effect::Parks(format!("those that have taken it at `{}`", is.path));
                self.tell(&is.path, effect, format!("its block `{}` is gone", block.label));
                continue;
            };
            taken.push(&now.label);
            self.blocks(&block.nodes, &now.nodes, after, inside);
        }
        for new in is.blocks.iter().filter(|block| !taken.contains(&&block.label)) {
            let effect = match is.kind.as_str() {
                // It is chosen by those only that come there later.
                "condition" => Effect::Fine,
                _ => Effect::Parks(format!("those that have passed `{}`", is.path)),
            };
            self.tell(&is.path, effect, format!("its block `{}` is new", new.label));
        }
    }

    fn types(&mut self, node: &str, what: &str, was: &TypeOf, is: &TypeOf, whom: &str) {
        if let Some(text) = changed(what, was, is) {
            self.tell(node, Effect::Parks(whom.to_owned()), text);
        } else if was.name != is.name {
            let why = was.shape.untraced().or(is.shape.untraced());
            let text = format!("its {what} was `{}` and is `{}`", was.name, is.name);
            match why {
                Some(why) => {
                    let effect = Effect::Parks(format!("{whom}, where stored values no longer fit"));
                    self.tell(node, effect, format!("{text}, which could not be traced: {why}"));
                }
                None => self.tell(node, Effect::Fine, format!("{text}, of the same shape")),
            }
        }
    }
}

/// How a type has changed, if its shape has.
fn changed(what: &str, was: &TypeOf, is: &TypeOf) -> Option<String> {
    let difference = was.shape.difference(&is.shape, "")?;
    Some(format!("its {what} `{}` has changed: {difference}", is.name))
}

fn contains(nodes: &[Place], wanted: &Place) -> bool {
    nodes.iter().any(|node| node.path == wanted.path)
}

fn reached(node: &Place) -> Effect {
    if node.kind == "event" { Effect::Fine } else { Effect::Parks(format!("those that have reached `{}`", node.path)) }
}

/// What stood before a node that is gone, and what stands before a new one, of what is in both.
fn before<'n>(nodes: &'n [Place], node: &Place) -> Option<&'n str> {
    let at = nodes.iter().position(|other| other.path == node.path)?;
    nodes.get(at.checked_sub(1)?).map(|before| before.path.as_str())
}

fn before_new<'n>(is: &'n [Place], was: &[Place], node: &Place) -> Option<&'n str> {
    before(is, node).filter(|before| was.iter().any(|old| old.path == *before))
}
