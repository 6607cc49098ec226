//! Shutting down: nothing new begins, what runs finishes, nothing is lost.

use std::sync::atomic::Ordering;

use crate::durable::patiently;
use crate::services::Container;

use super::Engine;
use super::error::EngineError;
use super::events::all_delivered;

impl<C: Container> Engine<C> {
    /// Stops the engine. Steps that run finish, or reach their timeout; then their executions are given up to the next
    /// engine, with everything that they have done recorded. A subscriber finishes the event that it has, for up to ten
    /// seconds.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn shutdown(&self) -> Result<(), EngineError> {
        let shared = &self.shared;
        shared.closing.store(true, Ordering::Release);
        shared.work.notify_one();
        shared.released.notify_waiters();
        shared.scheduled.notify_waiters();
        shared.all_taken().await;
        loop {
            let mut idle = std::pin::pin!(shared.idle.notified());
            idle.as_mut().enable();
            for link in shared.active().values() {
                link.close();
            }
            if shared.workers.load(Ordering::Acquire) == 0 {
                break;
            }
            idle.await;
        }
        all_delivered(shared).await;
        shared.dismiss();
        patiently(|| shared.store.retire(&shared.owner)).await?;
        Ok(())
    }
}
