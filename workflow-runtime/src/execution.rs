//! What identifies one execution.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// The identity of an execution. Its id is made when somebody asks for it, and shared from then on.
#[derive(Debug)]
pub struct RunInfo {
    ids: OnceLock<Arc<Ids>>,
    workflow: &'static str,
}

#[derive(Debug)]
struct Ids {
    id: String,
    /// What idempotency keys begin with, from the second run under one id.
    later: Option<String>,
}

impl Clone for RunInfo {
    fn clone(&self) -> Self {
        Self { ids: Arc::clone(self.ids()).into(), workflow: self.workflow }
    }
}

impl RunInfo {
    /// An execution whose id the caller chose, or one with an id of its own, written out only when asked for.
    pub(crate) fn new(id: Option<String>, workflow: &'static str) -> Self {
        let ids = id.map_or_else(OnceLock::new, |id| Arc::new(Ids { id, later: None }).into());
        Self { ids, workflow }
    }

    /// The `run`th run under an id.
    pub(crate) fn numbered(id: &str, run: u32, workflow: &'static str) -> Self {
        let later = (run > 1).then(|| format!("{id}~{run}"));
        Self { ids: Arc::new(Ids { id: id.to_owned(), later }).into(), workflow }
    }

    pub(crate) fn for_test() -> Self {
        Self::new(Some("test".to_owned()), "test")
    }

    /// Moves it out; what stays is another execution of the same workflow.
    pub(crate) fn take(&mut self) -> Self {
        std::mem::replace(self, Self::new(None, self.workflow))
    }

    pub(crate) fn id(&self) -> &str {
        &self.ids().id
    }

    fn ids(&self) -> &Arc<Ids> {
        self.ids.get_or_init(|| Arc::new(Ids { id: fresh_name("run"), later: None }))
    }

    /// What idempotency keys begin with.
    pub(crate) fn key(&self) -> &str {
        let ids = self.ids();
        ids.later.as_deref().unwrap_or(&ids.id)
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
