//! What the steps of an example print stands for what they do to the world. It is written down here, and read as facts.

use std::cell::RefCell;
use std::collections::BTreeSet;

thread_local! {
    /// Every run of a case has a thread of its own, and so it has its own notebook.
    static LINES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

pub(crate) fn write(line: &str) {
    LINES.with_borrow_mut(|lines| lines.push(line.trim().to_owned()));
}

/// What is done by now and not undone. Each pair tells how lines begin that do something, and those that undo it: with
/// `("reserved", "released")`, `released mug` takes `reserved mug` away. A thing that is done twice is done.
pub(crate) fn done(pairs: &[(&str, &str)]) -> BTreeSet<String> {
    let mut done = BTreeSet::new();
    for line in LINES.with_borrow(Clone::clone) {
        for (does, undoes) in pairs {
            if rest(&line, does).is_some() {
                done.insert(line.clone());
            } else if let Some(undone) = rest(&line, undoes) {
                done.retain(|fact| !rest(fact, does).is_some_and(|thing| is_among(thing, undone)));
            }
        }
    }
    done
}

fn rest<'l>(line: &'l str, beginning: &str) -> Option<&'l str> {
    let rest = line.strip_prefix(beginning)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix(' ') }
}

/// Whether `17, Ada` is among `17`, or `3` among `[1, 2, 3]`. A line that names nothing undoes everything of its kind.
fn is_among(thing: &str, undone: &str) -> bool {
    let name = thing.split(',').next().unwrap_or(thing);
    undone.is_empty() || undone.trim_matches(['[', ']']).split(", ").any(|undone| undone == name)
}
