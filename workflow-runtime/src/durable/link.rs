//! The line between the engine and one execution at work.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// How the engine reaches an execution that runs.
#[derive(Debug, Default)]
pub(crate) struct Link {
    pub(super) kick: Notify,
    mail: AtomicBool,
    closing: AtomicBool,
}

impl Link {
    /// There may be mail.
    pub(crate) fn ring(&self) {
        self.expect_mail();
        self.kick.notify_one();
    }

    /// There may be mail from before.
    pub(super) fn expect_mail(&self) {
        self.mail.store(true, Ordering::Release);
    }

    /// The engine shuts down: begin nothing more.
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
}
