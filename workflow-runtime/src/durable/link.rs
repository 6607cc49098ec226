//! The line between the engine and one execution at work.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::store::StoreError;

/// How the engine reaches an execution that runs.
#[derive(Debug, Default)]
pub(crate) struct Link {
    pub(super) kick: Notify,
    mail: AtomicBool,
    closing: AtomicBool,
    making: AtomicBool,
    made: Notify,
    /// Why nothing can be written, for long now.
    outage: Mutex<Option<Box<StoreError>>>,
}

impl Link {
    /// The line to an execution that is not yet in the store.
    pub(crate) fn making() -> Self {
        Self { making: AtomicBool::new(true), ..Self::default() }
    }

    /// Whether the store has yet to say that the execution is new.
    pub(crate) fn is_making(&self) -> bool {
        self.making.load(Ordering::Acquire)
    }

    /// The store has answered whether the execution is new.
    pub(crate) fn made(&self) {
        self.making.store(false, Ordering::Release);
        self.made.notify_waiters();
    }

    pub(crate) async fn until_made(&self) {
        let mut made = std::pin::pin!(self.made.notified());
        made.as_mut().enable();
        if self.is_making() {
            made.await;
        }
    }

    /// There may be mail.
    pub(crate) fn ring(&self) {
        self.expect_mail();
        self.kick.notify_one();
    }

    /// There may be mail from before.
    pub(super) fn expect_mail(&self) {
        self.mail.store(true, Ordering::Release);
    }

    /// The engine shuts down, or the execution is not at work here any more: begin nothing more, and do not wait for a store
    /// that is down.
    pub(crate) fn close(&self) {
        self.closing.store(true, Ordering::Release);
        self.kick.notify_one();
    }

    pub(super) fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Acquire)
    }

    /// Whether somebody rang and nobody has looked since.
    pub(crate) fn has_rung(&self) -> bool {
        self.mail.load(Ordering::Acquire)
    }

    /// Whether there may be mail; whoever asks looks for it.
    pub(super) fn look(&self) -> bool {
        self.mail.swap(false, Ordering::AcqRel)
    }

    fn held(&self) -> MutexGuard<'_, Option<Box<StoreError>>> {
        self.outage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why nothing can be written, where that is so for long now.
    pub(crate) fn outage(&self) -> Option<StoreError> {
        self.held().as_deref().cloned()
    }

    /// Notes that nothing can be written; says whether that is news.
    pub(super) fn begins_outage(&self, error: &StoreError) -> bool {
        self.held().replace(Box::new(error.clone())).is_none()
    }

    /// Notes that the store has answered; says whether there was an outage.
    pub(super) fn outage_is_over(&self) -> bool {
        self.held().take().is_some()
    }
}
