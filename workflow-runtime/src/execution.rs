//! What identifies one execution.

use std::hash::{BuildHasher, RandomState};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// The identity of an execution, shared by everything that runs in it.
#[derive(Debug)]
pub struct RunInfo {
    given: Option<String>,
    /// What idempotency keys begin with, from the second run under one id.
    later: Option<String>,
    made: OnceLock<String>,
    workflow: &'static str,
}

impl RunInfo {
    /// An execution whose id the caller chose, or one with an id of its own, written out only when asked for.
    pub(crate) fn new(id: Option<String>, workflow: &'static str) -> Self {
        Self { given: id, later: None, made: OnceLock::new(), workflow }
    }

    /// The `run`th run under an id.
    pub(crate) fn numbered(id: &str, run: u32, workflow: &'static str) -> Self {
        let later = (run > 1).then(|| format!("{id}~{run}"));
        Self { later, ..Self::new(Some(id.to_owned()), workflow) }
    }

    pub(crate) fn for_test() -> Self {
        Self::new(Some("test".to_owned()), "test")
    }

    pub(crate) fn id(&self) -> &str {
        match &self.given {
            Some(id) => id,
            None => self.made.get_or_init(|| fresh_name("run")),
        }
    }

    /// What idempotency keys begin with.
    pub(crate) fn key(&self) -> &str {
        self.later.as_deref().unwrap_or_else(|| self.id())
    }

    pub(crate) fn workflow(&self) -> &'static str {
        self.workflow
    }
}

/// A name that nobody else gives.
pub(crate) fn fresh_name(kind: &str) -> String {
    static SERIAL: AtomicU64 = AtomicU64::new(1);
    format!("{kind}-{:016x}-{}", process_nonce(), SERIAL.fetch_add(1, Ordering::Relaxed))
}

/// Tells this process from every other one, so that ids made here never collide with theirs.
fn process_nonce() -> u64 {
    static NONCE: OnceLock<u64> = OnceLock::new();
    *NONCE.get_or_init(|| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        RandomState::new().hash_one((std::process::id(), now.as_nanos()))
    })
}
