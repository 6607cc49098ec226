//! A disk in memory that writes down, in order, everything that is done to it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

/// Something that was done to a file.
#[derive(Debug, Clone)]
pub(crate) enum Op {
    Create(String),
    Delete(String),
    Write { file: String, at: usize, data: Vec<u8> },
    Truncate { file: String, len: usize },
    Sync(String),
}

/// A disk. Clones are the same one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Disk(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    files: BTreeMap<String, Vec<u8>>,
    log: Vec<Op>,
}

impl State {
    /// Does something, and writes it down.
    fn act(&mut self, op: Op) {
        match &op {
            Op::Create(file) => {
                self.files.insert(file.clone(), Vec::new());
            }
            Op::Delete(file) => {
                self.files.remove(file);
            }
            Op::Write { file, at, data } => write(self.files.entry(file.clone()).or_default(), *at, data),
            Op::Truncate { file, len } => self.files.entry(file.clone()).or_default().truncate(*len),
            Op::Sync(_) => {}
        }
        self.log.push(op);
    }
}

/// Writes some bytes into a file, behind whose end there are zeros.
pub(crate) fn write(file: &mut Vec<u8>, at: usize, data: &[u8]) {
    let end = at + data.len();
    if file.len() < end {
        file.resize(end, 0);
    }
    file[at..end].copy_from_slice(data);
}

impl Disk {
    /// A disk with these files, on which nothing was done yet.
    pub(crate) fn with(files: BTreeMap<String, Vec<u8>>) -> Self {
        Self(Arc::new(Mutex::new(State { files, log: Vec::new() })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    pub(crate) fn act(&self, op: Op) {
        self.state().act(op);
    }

    pub(crate) fn has(&self, file: &str) -> bool {
        self.state().files.contains_key(file)
    }

    pub(crate) fn size(&self, file: &str) -> usize {
        self.state().files.get(file).map_or(0, Vec::len)
    }

    /// The bytes from there on, as many as there are up to `count`.
    pub(crate) fn read(&self, file: &str, at: usize, count: usize) -> Vec<u8> {
        let state = self.state();
        let Some(file) = state.files.get(file) else { return Vec::new() };
        file[at.min(file.len())..(at + count).min(file.len())].to_vec()
    }

    /// How much was done so far.
    pub(crate) fn done(&self) -> usize {
        self.state().log.len()
    }

    pub(crate) fn log(&self) -> Vec<Op> {
        self.state().log.clone()
    }
}
