//! What is known from pass to pass: which values were refused, and which are tried next.

use std::collections::BTreeMap;

/// What is remembered between passes.
#[derive(Default)]
pub(super) struct Tracing {
    /// The values asked for so far in this pass: the number of the last one.
    asked: usize,
    /// Which value each of them is given, where the first was refused.
    pub(super) given: BTreeMap<usize, usize>,
    /// How many choices the last one has.
    choices: usize,
    /// The names of the structs and enums around.
    pub(super) around: Vec<&'static str>,
    /// How deep within a type that contains itself.
    pub(super) closing: usize,
    /// Which variant of an enum that contains itself is taken there, so that it ends somewhere.
    pub(super) ending: BTreeMap<&'static str, usize>,
    /// The enum that did not end in this pass, and how many variants it has.
    pub(super) endless: Option<(&'static str, usize)>,
    pub(super) complete: bool,
}

impl Tracing {
    pub(super) fn begin(&mut self) {
        self.asked = 0;
        self.choices = 0;
        self.around.clear();
        self.closing = 0;
        self.endless = None;
        self.complete = true;
    }

    /// Gets ready for another pass after a refusal; `false` when everything was tried.
    pub(super) fn try_otherwise(&mut self) -> bool {
        let Some((name, variants)) = self.endless else { return self.try_another() };
        let at = self.ending.entry(name).or_default();
        *at += 1;
        *at < variants
    }

    /// The value to give next, of so many.
    pub(super) fn choose(&mut self, choices: usize) -> usize {
        self.asked += 1;
        self.choices = choices;
        self.given.get(&self.asked).copied().unwrap_or_default()
    }

    /// Another value for the last one that was given before the refusal; `false` when all of them were refused.
    fn try_another(&mut self) -> bool {
        let next = self.given.get(&self.asked).copied().unwrap_or_default() + 1;
        if self.asked == 0 || next >= self.choices {
            return false;
        }
        self.given.insert(self.asked, next);
        true
    }
}
