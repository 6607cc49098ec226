//! One step, or one compensation, under its policies.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use anyhow::anyhow;
use tokio::sync::Notify;

use crate::data::Recorded;
use crate::execute::{Asked, Event, NodePath, OpId};
use crate::graph::spelled;
use crate::interpose::{Place, through};
use crate::observe::{At, Observed};
use crate::step::error::panicked;
use crate::step::{
    Attempt, BoxFuture, Call, Codec, Retry, Returned, Settlement, StepDef, StepInfo, UndoDef, is_permanent, refused,
};

use super::host::Surroundings;

/// Tells a step in flight that it gets no further attempt.
#[derive(Default)]
pub(crate) struct Settle {
    said: AtomicBool,
    notify: Notify,
}

impl Settle {
    pub(crate) fn say(&self) {
        self.said.store(true, Ordering::Release);
        self.notify.notify_one();
    }

    fn is_said(&self) -> bool {
        self.said.load(Ordering::Acquire)
    }
}

/// A step or compensation, ready to be attempted.
pub(crate) struct Attempts<C> {
    pub(crate) id: OpId,
    pub(crate) path: NodePath,
    pub(crate) info: &'static StepInfo,
    pub(crate) call: Call<C>,
    pub(crate) codec: &'static Codec,
    pub(crate) input: Recorded,
    pub(crate) compensating: bool,
    /// The `undo!` that asks for the compensation; none where a rollback does.
    pub(crate) asked_by: Option<Box<NodePath>>,
    /// Past the pivot, where `retry(forever)` accepts no defeat.
    pub(crate) stubborn: bool,
}

impl<C: Sync + 'static> Attempts<C> {
    pub(crate) fn of_step(id: OpId, path: NodePath, def: &'static StepDef<C>, input: Recorded, stubborn: bool) -> Self {
        let (info, call, codec) = (&def.info, def.call, def.codec);
        Self { id, path, info, call, codec, input, compensating: false, asked_by: None, stubborn }
    }

    pub(crate) fn of_undo(id: OpId, path: NodePath, def: &'static UndoDef<C>, input: Recorded, asked: Asked) -> Self {
        let (info, call, codec) = (&def.info, def.call, def.codec);
        let asked_by = match asked {
            Asked::Rollback => None,
            Asked::Undo(node) => Some(node),
            Asked::Payload => Some(Box::new(path.clone())),
        };
        Self { id, path, info, call, codec, input, compensating: true, asked_by, stubborn: false }
    }

    /// Whether there is nothing to do but to call it once.
    pub(crate) fn is_plain(&self) -> bool {
        self.info.retry == Retry::Attempts(1) && self.info.timeout.is_none()
    }

    /// The only attempt of a plain step.
    pub(crate) fn once<'a>(self, on: &Surroundings<'a, C>) -> (OpId, BoxFuture<'a, Returned>) {
        let attempt = self.attempt(on, 1);
        (self.id, begin(|| (self.call)(on.services, self.input, attempt)))
    }

    fn attempt<'a>(&self, on: &Surroundings<'a, C>, attempt: u32) -> Attempt<'a> {
        Attempt {
            run: on.run,
            prefix: self.path.prefix.clone(),
            path: self.path.local,
            attempt,
            compensating: self.compensating,
        }
    }

    /// Attempts until success, or until the policy or `settle` says that it is enough.
    pub(crate) async fn run(self, on: Surroundings<'_, C>, settle: Option<Arc<Settle>>) -> Event {
        let mut attempt = 1;
        let settlement = loop {
            let settlement = self.observed(&on, attempt).await;
            let Err(failure) = &settlement.result else {
                self.tell(&on, attempt, None, None);
                break settlement;
            };
            let settled = settle.as_ref().is_some_and(|settle| settle.is_said());
            let wait = if settled { None } else { self.retry_after(attempt, &failure.error) };
            self.tell(&on, attempt, Some(&failure.error), wait);
            let Some(wait) = wait else { break settlement };
            if !waited(on.clock.sleep(wait), settle.as_deref()).await {
                self.tell(&on, attempt, Some(&failure.error), None);
                break settlement;
            }
            attempt += 1;
        };
        Event::Settled { id: self.id, attempts: attempt, returned: settlement.into() }
    }

    /// How long to wait for another attempt after this one failed so; `None` when there is none.
    pub(crate) fn retry_after(&self, attempt: u32, error: &anyhow::Error) -> Option<Duration> {
        let worth_it = !is_permanent(error) || self.stubborn && self.info.retry == Retry::Forever;
        let left = match self.info.retry {
            Retry::Forever => true,
            Retry::Attempts(attempts) => attempt < attempts,
        };
        (worth_it && left).then(|| self.info.backoff.delay(attempt))
    }

    /// One attempt, as it begins.
    fn begun<'a>(&self, on: &Surroundings<'a, C>, attempt: u32) -> BoxFuture<'a, Returned> {
        let (call, services, context) = (self.call, on.services, self.attempt(on, attempt));
        if on.layers.is_empty() {
            return begin(|| call(services, self.input.clone(), context));
        }
        let place = Place {
            path: self.path.to_string().into(),
            execution: on.run.id().into(),
            info: self.info,
            codec: self.codec,
            input: self.input.clone(),
            attempt,
            compensating: self.compensating,
            asked_by: self.asked_by.as_ref().map(|undo| undo.written().into()),
            stubborn: self.stubborn,
        };
        let input = self.input.clone();
        let begun = move || begin(|| call(services, input.clone(), context.clone()));
        through(on.layers, &place, Arc::new(begun))
    }

    /// One attempt, with what observers and logs are told of it while it runs.
    pub(crate) async fn observed(&self, on: &Surroundings<'_, C>, attempt: u32) -> Settlement {
        let span = on.step_span(&self.path, attempt, self.compensating);
        span.in_scope(|| tracing::debug!(target: "workflow", "began"));
        on.tell(|| {
            let at = self.at(attempt);
            if self.compensating { Observed::CompensationBegan(at) } else { Observed::StepBegan(at) }
        });
        let call = contained(self.begun(on, attempt));
        let call = tracing::Instrument::instrument(call, span.clone());
        let settlement = match self.info.timeout {
            None => call.await.into(),
            Some(limit) => match first(call, on.clock.sleep(limit)).await {
                Some(returned) => returned.into(),
                None => Settlement::failed(anyhow!("timed out after {}", spelled(limit))),
            },
        };
        match &settlement.result {
            Ok(_) => {
                span.in_scope(|| tracing::info!(target: "workflow", "succeeded"));
            }
            Err(failure) => {
                span.in_scope(|| tracing::warn!(target: "workflow", error = %format!("{:#}", failure.error), "failed"))
            }
        }
        settlement
    }

    fn at(&self, attempt: u32) -> At {
        At { node: self.path.to_string(), attempt }
    }

    fn tell(&self, on: &Surroundings<'_, C>, attempt: u32, error: Option<&anyhow::Error>, wait: Option<Duration>) {
        on.tell(|| self.ended(attempt, error, wait));
    }

    /// What observers are told of an attempt that ended so.
    pub(crate) fn ended(&self, attempt: u32, error: Option<&anyhow::Error>, wait: Option<Duration>) -> Observed {
        let (at, error) = (self.at(attempt), error.map(|error| format!("{error:#}")));
        match (self.compensating, error, wait) {
            (false, None, _) => Observed::StepSucceeded(at),
            (true, None, _) => Observed::CompensationSucceeded(at),
            (false, Some(error), None) => Observed::StepFailed { at, error },
            (true, Some(error), None) => Observed::CompensationFailed { at, error },
            (false, Some(error), Some(wait)) => Observed::StepRetrying { at, error, wait },
            (true, Some(error), Some(wait)) => Observed::CompensationRetrying { at, error, wait },
        }
    }
}

/// The attempt that `call` begins. A container that panics when it is asked for a service makes it fail.
fn begin<'a>(call: impl FnOnce() -> BoxFuture<'a, Returned>) -> BoxFuture<'a, Returned> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|panic| refused(Returned::failed(panicked(&*panic))))
}

/// A step whose panics are failures of the attempt.
pub(crate) async fn contained(mut step: BoxFuture<'_, Returned>) -> Returned {
    poll_fn(move |cx| poll_contained(&mut step, cx).map_or(Poll::Pending, Poll::Ready)).await
}

/// How the step ended, once it has.
#[inline]
pub(crate) fn poll_contained(step: &mut BoxFuture<'_, Returned>, cx: &mut Context<'_>) -> Option<Returned> {
    match catch_unwind(AssertUnwindSafe(|| step.as_mut().poll(cx))) {
        Ok(Poll::Ready(returned)) => Some(returned),
        Ok(Poll::Pending) => None,
        Err(panic) => Some(Returned::failed(panicked(&*panic))),
    }
}

/// Waits; `false` when the wait was cut short.
async fn waited(sleep: BoxFuture<'static, ()>, settle: Option<&Settle>) -> bool {
    match settle {
        None => {
            sleep.await;
            true
        }
        Some(settle) => {
            let notified = settle.notify.notified();
            settle.is_said() || first(notified, sleep).await.is_none()
        }
    }
}

/// What `future` gives, or `None` when `limit` ends before it.
async fn first<T>(future: impl Future<Output = T>, mut limit: BoxFuture<'static, ()>) -> Option<T> {
    let mut future = pin!(future);
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => limit.as_mut().poll(cx).map(|()| None),
    })
    .await
}
