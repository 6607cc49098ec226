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
    /// What idempotency keys begin with, where it is not the id.
    key: Option<String>,
}

impl Clone for RunInfo {
    fn clone(&self) -> Self {
        Self { ids: Arc::clone(self.ids()).into(), workflow: self.workflow }
    }
}

impl RunInfo {
    /// An execution whose id the caller chose, or one with an id of its own, written out only when asked for.
    pub(crate) fn new(id: Option<String>, workflow: &'static str) -> Self {
        let ids = id.map_or_else(OnceLock::new, |id| Arc::new(Ids { key: unmistakable(&id), id }).into());
        Self { ids, workflow }
    }

    /// The `run`th run under an id.
    pub(crate) fn numbered(id: &str, run: u32, workflow: &'static str) -> Self {
        let mut key = unmistakable(id);
        if run > 1 {
            key = Some(format!("{}~{run}", key.as_deref().unwrap_or(id)));
        }
        Self { ids: Arc::new(Ids { id: id.to_owned(), key }).into(), workflow }
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
        self.ids.get_or_init(|| Arc::new(Ids { id: fresh_name("run"), key: None }))
    }

    /// What idempotency keys begin with.
    pub(crate) fn key(&self) -> &str {
        let ids = self.ids();
        ids.key.as_deref().unwrap_or(&ids.id)
    }

    pub(crate) fn workflow(&self) -> &'static str {
        self.workflow
    }
}

/// An id in which nothing can be taken for the beginning of a path, or for the number of a run; `None` where nothing can.
/// Otherwise two executions could have one idempotency key, and the effect of one of them would be taken for done.
fn unmistakable(id: &str) -> Option<String> {
    let means_something = |c: char| matches!(c, '/' | '~' | '%');
    id.contains(means_something).then(|| id.replace('%', "%25").replace('/', "%2F").replace('~', "%7E"))
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

#[cfg(test)]
mod tests {
    use super::RunInfo;

    fn keys(id: &str, run: u32) -> String {
        RunInfo::numbered(id, run, "pay").key().to_owned()
    }

    #[test]
    fn no_two_executions_have_one_key() {
        assert_eq!((keys("order-42", 1), keys("order-42", 2)), ("order-42".to_owned(), "order-42~2".to_owned()));
        // The second run of one and the first of the other; a child of one and a step of the other.
        assert_ne!(keys("order-42", 2), keys("order-42~2", 1));
        assert_ne!(format!("{}/refund/pay", keys("order-42", 1)), format!("{}/pay", keys("order-42/refund", 1)));
        assert_ne!(keys("a/b", 1), keys("a%2Fb", 1));
        assert_eq!(keys("a/b~%", 3), "a%2Fb%7E%25~3");
        let in_process = RunInfo::new(Some("a/b".to_owned()), "pay");
        assert_eq!((in_process.id(), in_process.key()), ("a/b", "a%2Fb"));
    }
}
