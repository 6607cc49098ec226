//! Observers: who is told what happens, without being able to disturb it.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::error::Status;

/// Is told what happens in executions. It runs on a thread of its own: a slow one delays nobody, and a panic in it is
/// contained.
pub trait Observer: Send + 'static {
    /// One thing that happened. Called in order, once for each.
    fn observe(&mut self, observation: &Observation);
}

impl<F: FnMut(&Observation) + Send + 'static> Observer for F {
    fn observe(&mut self, observation: &Observation) {
        self(observation);
    }
}

/// One thing that happened.
#[derive(Debug, Clone)]
pub struct Observation {
    /// The id of the execution.
    pub execution_id: String,
    /// The name of the workflow.
    pub workflow: &'static str,
    /// What happened.
    pub event: Observed,
}

/// What happened in an execution.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Observed {
    /// An attempt of a step begins.
    StepBegan(At),
    /// A step succeeded.
    StepSucceeded(At),
    /// An attempt failed, and after `wait` there will be another.
    StepRetrying {
        /// Where, and which attempt failed.
        at: At,
        /// The error's text.
        error: String,
        /// The wait before the next attempt.
        wait: Duration,
    },
    /// A step failed for good.
    StepFailed {
        /// Where, and how many attempts there were.
        at: At,
        /// The error's text.
        error: String,
    },
    /// A condition chose another arm than the one with this step.
    StepSkipped(At),
    /// An attempt of a compensation begins.
    CompensationBegan(At),
    /// A step is undone.
    CompensationSucceeded(At),
    /// An attempt of a compensation failed, and after `wait` there will be another.
    CompensationRetrying {
        /// Where, and which attempt failed.
        at: At,
        /// The error's text.
        error: String,
        /// The wait before the next attempt.
        wait: Duration,
    },
    /// A compensation gave up.
    CompensationFailed {
        /// Where, and how many attempts there were.
        at: At,
        /// The error's text.
        error: String,
    },
    /// The store did not make a write, for a reason that may pass, and after `wait` it is asked again.
    WriteRetrying {
        /// The error's text.
        error: String,
        /// The wait before it is asked again.
        wait: Duration,
    },
    /// The store did not make a write for so long that those who wait for the execution are told of it. It is still asked,
    /// and the execution goes on once the store answers again; if the error is not one that passes, or the engine shuts
    /// down, it goes on from what is recorded.
    WriteFailed {
        /// The error's text.
        error: String,
    },
    /// The workflow completed.
    WorkflowCompleted,
    /// The workflow did not complete.
    WorkflowFailed {
        /// Whether everything was undone.
        status: Status,
        /// The error's text.
        error: String,
    },
}

/// A place in the running graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At {
    /// The node, such as `reserve` or `for#1[3]/charge`.
    pub node: String,
    /// The attempt, counted from 1; 0 for a step that was skipped.
    pub attempt: u32,
}

enum Message {
    Observation(Observation),
    Flush(oneshot::Sender<()>),
}

/// An observer at work, to be given to any number of executions.
///
/// ```
/// use workflow_runtime::{Observation, Watcher};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let watcher = Watcher::new(|seen: &Observation| println!("{}: {:?}", seen.workflow, seen.event));
/// // place_order(order).observer(&watcher).run(&app).await
/// watcher.flush().await;
/// # }
/// ```
#[derive(Clone)]
pub struct Watcher {
    told: Told,
}

/// How an observer is told.
#[derive(Clone)]
enum Told {
    /// On a thread of its own.
    ByMessage(mpsc::Sender<Message>),
    /// There and then, because it takes no time and does not fail: a recorder of tests.
    #[cfg(feature = "testing")]
    AtOnce(std::sync::Arc<dyn Fn(Observation) + Send + Sync>),
}

impl fmt::Debug for Watcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watcher").finish_non_exhaustive()
    }
}

impl Watcher {
    /// Puts an observer on a thread of its own, which ends with the last clone of the watcher.
    pub fn new(mut observer: impl Observer) -> Self {
        let (messages, inbox) = mpsc::channel();
        std::thread::spawn(move || {
            for message in inbox {
                match message {
                    Message::Observation(seen) => {
                        // The panic hook has reported it, and what was observed goes on.
                        let _ = catch_unwind(AssertUnwindSafe(|| observer.observe(&seen)));
                    }
                    Message::Flush(done) => {
                        let _ = done.send(());
                    }
                }
            }
        });
        Self { told: Told::ByMessage(messages) }
    }

    #[cfg(feature = "testing")]
    pub(crate) fn at_once(observe: impl Fn(Observation) + Send + Sync + 'static) -> Self {
        Self { told: Told::AtOnce(std::sync::Arc::new(observe)) }
    }

    /// Ends when the observer has seen everything that happened before this call.
    pub async fn flush(&self) {
        let (done, flushed) = oneshot::channel();
        match &self.told {
            Told::ByMessage(messages) => {
                if messages.send(Message::Flush(done)).is_ok() {
                    let _ = flushed.await;
                }
            }
            #[cfg(feature = "testing")]
            Told::AtOnce(_) => {}
        }
    }

    pub(crate) fn tell(&self, observation: Observation) {
        match &self.told {
            Told::ByMessage(messages) => {
                // The thread lives as long as there is a sender.
                let _ = messages.send(Message::Observation(observation));
            }
            #[cfg(feature = "testing")]
            Told::AtOnce(observe) => observe(observation),
        }
    }
}

impl From<&Watcher> for Watcher {
    fn from(watcher: &Watcher) -> Self {
        watcher.clone()
    }
}

impl<O: Observer> From<O> for Watcher {
    fn from(observer: O) -> Self {
        Self::new(observer)
    }
}
