//! What is around a run: who runs, on which services, and what its caller chose.

use tracing::Span;

use crate::clock::{Clock, TokioClock};
use crate::execution::RunInfo;

use super::host::Surroundings;
use super::invocation::{Chosen, Options};

/// In one place, so that the run and its host need not hold the way to each of these.
pub(super) struct Around<'a, C> {
    pub(super) services: &'a C,
    pub(super) run: RunInfo,
    pub(super) options: Options,
    /// Hardly ever there, so it is on its own.
    span: Option<Box<Span>>,
}

impl<'a, C> Around<'a, C> {
    pub(super) fn new(services: &'a C, run: RunInfo, options: Options) -> Self {
        Self { services, run, options, span: None }
    }

    /// The run begins.
    pub(super) fn open_span(&mut self) {
        if tracing::enabled!(target: "workflow", tracing::Level::WARN) {
            let (name, execution) = (self.run.workflow(), self.run.id());
            self.span = Some(Box::new(tracing::warn_span!(target: "workflow", "workflow", name, execution)));
        }
    }

    /// The same as it is handed around.
    pub(super) fn on(&self) -> Surroundings<'_, C> {
        static NO_SPAN: Span = Span::none();
        let Chosen { clock, watchers, layers, .. } = &*self.options;
        let clock: &dyn Clock = clock.as_deref().unwrap_or(&TokioClock);
        let span = self.span.as_deref().unwrap_or(&NO_SPAN);
        Surroundings { services: self.services, run: &self.run, clock, watchers, span, layers }
    }
}
