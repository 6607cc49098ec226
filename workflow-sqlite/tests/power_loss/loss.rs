//! What a disk may hold when the power comes back.
//!
//! What was written to a file before its last sync is there. Of what was written later, each sector of 512 bytes may be
//! there or not, whatever came of those before and behind it; one that was under way may also be zeros or have a wrong
//! bit. A file may be as long as it was, or as long as what was written to it. A file that was made or deleted may be
//! there or not, in the order in which that was asked for, until the directory is synced; SQLite does so with the first
//! sync of a new log or journal.
//!
//! Bytes near a write that were not written stay what they were: that is what SQLite expects of a disk by default.
//! Disks that say they have written and have not are beyond help, and beyond this model.

use std::collections::BTreeMap;

use fastrand::Rng;

use crate::disk::{Op, write};

const SECTOR: usize = 512;

/// A disk as it is known to be, and what it was asked for since.
#[derive(Debug, Clone, Default)]
pub(crate) struct Medium {
    contents: Vec<Content>,
    /// Which content each name has for those who are on now.
    names: BTreeMap<String, usize>,
    /// The same as the directory on the disk has it, and what it was asked for since.
    kept: BTreeMap<String, usize>,
    asked: Vec<(String, Option<usize>)>,
}

#[derive(Debug, Clone, Default)]
struct Content {
    durable: Vec<u8>,
    /// Nothing else ends up here than writes and truncations.
    asked: Vec<Op>,
    /// Whether its name was there when the directory was synced.
    anchored: bool,
}

/// What comes of what was asked for and not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Nothing,
    Everything,
    /// Everything up to somewhere in the middle of a write.
    Beginning,
    /// Any of the writes, each as a whole.
    Some,
    /// Any of the sectors.
    Sectors,
    /// Any of the sectors, and of some of these something else than what was written.
    Rubbish,
}

const FATES: [Fate; 6] = [Fate::Nothing, Fate::Everything, Fate::Beginning, Fate::Some, Fate::Sectors, Fate::Rubbish];

impl Medium {
    /// A disk with these files, all of them synced.
    pub(crate) fn with(files: &BTreeMap<String, Vec<u8>>) -> Self {
        let content = |file: &Vec<u8>| Content { durable: file.clone(), asked: Vec::new(), anchored: true };
        let names: BTreeMap<String, usize> = files.keys().cloned().zip(0..).collect();
        Self { contents: files.values().map(content).collect(), kept: names.clone(), names, asked: Vec::new() }
    }

    pub(crate) fn play(&mut self, op: &Op) {
        match op {
            Op::Create(file) => {
                self.names.insert(file.clone(), self.contents.len());
                self.asked.push((file.clone(), Some(self.contents.len())));
                self.contents.push(Content::default());
            }
            Op::Delete(file) => {
                self.names.remove(file);
                self.asked.push((file.clone(), None));
            }
            Op::Write { file, .. } | Op::Truncate { file, .. } => {
                let content = self.names[file];
                self.contents[content].asked.push(op.clone());
            }
            Op::Sync(file) => {
                let content = &mut self.contents[self.names[file]];
                for op in std::mem::take(&mut content.asked) {
                    apply(&mut content.durable, &op);
                }
                let syncs_directory = !content.anchored && is_log(file);
                if syncs_directory {
                    for (name, content) in std::mem::take(&mut self.asked) {
                        rename(&mut self.kept, name, content);
                    }
                    self.kept.values().for_each(|content| self.contents[*content].anchored = true);
                }
            }
        }
    }

    /// What is there after the power was lost now.
    pub(crate) fn after_a_loss(&self, rng: &mut Rng) -> BTreeMap<String, Vec<u8>> {
        let mut names = self.kept.clone();
        for (name, content) in &self.asked[..rng.usize(..=self.asked.len())] {
            rename(&mut names, name.clone(), *content);
        }
        let content = |(name, content): (String, usize)| {
            let fate = FATES[rng.usize(..FATES.len())];
            // Checksums tell rubbish in a log, and what is wrong in the database is in the log; a journal is there only
            // while the file is made, and SQLite does not expect rubbish in it.
            let fate = if fate == Fate::Rubbish && name.ends_with("-journal") { Fate::Sectors } else { fate };
            let file = self.contents[content].after_a_loss(fate, rng);
            (name, file)
        };
        names.into_iter().map(content).collect()
    }
}

impl Content {
    fn after_a_loss(&self, fate: Fate, rng: &mut Rng) -> Vec<u8> {
        let mut file = self.durable.clone();
        let last = if fate == Fate::Beginning { rng.usize(..=self.asked.len()) } else { self.asked.len() };
        for (number, op) in self.asked.iter().enumerate().take(last + 1) {
            match (fate, op) {
                (Fate::Nothing, _) => {}
                (Fate::Beginning, Op::Write { at, data, .. }) if number == last => {
                    write(&mut file, *at, &data[..rng.usize(..data.len())]);
                }
                (Fate::Beginning, _) if number == last => {}
                (Fate::Everything | Fate::Beginning, op) => apply(&mut file, op),
                (Fate::Sectors | Fate::Rubbish, Op::Write { at, data, .. }) => {
                    sectors(&mut file, *at, data, fate == Fate::Rubbish, rng);
                }
                (Fate::Some | Fate::Sectors | Fate::Rubbish, op) => {
                    if rng.bool() {
                        apply(&mut file, op);
                    }
                }
            }
        }
        file
    }
}

/// Some of the sectors of a write.
fn sectors(file: &mut Vec<u8>, at: usize, data: &[u8], rubbish: bool, rng: &mut Rng) {
    let mut from = 0;
    while from < data.len() {
        let to = ((at + from) / SECTOR * SECTOR + SECTOR - at).min(data.len());
        let mut sector = data[from..to].to_vec();
        if rubbish {
            match rng.u8(..8) {
                0 => sector.fill(0),
                1 => sector[rng.usize(..to - from)] ^= 1 << rng.u8(..8),
                _ => {}
            }
        }
        if rng.bool() {
            write(file, at + from, &sector);
        } else if rng.bool() && file.len() < at + to {
            // The file has grown, and nothing was written there.
            file.resize(at + to, 0);
        }
        from = to;
    }
}

fn apply(file: &mut Vec<u8>, op: &Op) {
    match op {
        Op::Write { at, data, .. } => write(file, *at, data),
        Op::Truncate { len, .. } => file.truncate(*len),
        Op::Create(_) | Op::Delete(_) | Op::Sync(_) => {}
    }
}

fn rename(names: &mut BTreeMap<String, usize>, name: String, content: Option<usize>) {
    match content {
        Some(content) => names.insert(name, content),
        None => names.remove(&name),
    };
}

fn is_log(file: &str) -> bool {
    file.ends_with("-wal") || file.ends_with("-journal")
}
