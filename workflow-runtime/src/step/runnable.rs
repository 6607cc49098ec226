//! Steps and workflows bound to a container type, erased so that a graph is a table.

use std::any::{TypeId, type_name};
use std::future::Future;
use std::pin::Pin;

use anyhow::anyhow;

use crate::data::{Decode, Recorded, decode, take};
use crate::graph::{Build, Program, WorkflowDef};
use crate::mapped::mapped;
use crate::workflow::Workflow;

use super::outcome::{begin_undo, undo_input};
use super::returns::another;
use super::{
    Attempt, Definition, DoubtInput, Ending, OnTheWayBack, Returned, Step, StepInfo, Uncompensated, UndoInput, settle,
};

/// A boxed future that may run on any thread.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Boxes one attempt of a step that is not lent its context: its own future, and nothing beside it.
#[inline]
pub fn attempted<'a, S: Definition>(attempt: impl Future<Output = S::Return> + Send + 'a) -> BoxFuture<'a, Returned> {
    Box::pin(mapped(attempt, settle::<S>))
}

/// Boxes one attempt of a step.
#[inline]
pub fn boxed<'a, F: Future<Output = Returned> + Send + 'a>(attempt: F) -> BoxFuture<'a, Returned> {
    Box::pin(attempt)
}

/// An attempt that is over before it began.
pub fn refused<'a>(returned: Returned) -> BoxFuture<'a, Returned> {
    Box::pin(std::future::ready(returned))
}

/// Begins one attempt of a step on a container, with its recorded input.
pub(crate) type Call<C> = for<'a> fn(&'a C, Recorded, Attempt<'a>) -> BoxFuture<'a, Returned>;

/// Begins one attempt of a compensation with what is known about the step that it undoes; `None` when there is nothing
/// to tell it.
pub(crate) type BeginUndo<C> =
    for<'a> fn(&'a C, Attempt<'a>, Ending, Option<Recorded>) -> Option<BoxFuture<'a, Returned>>;

/// Holds where the container `C` lends every service that the step or workflow needs.
///
/// `#[step]` and `workflow!` implement it; its bounds are what rustc walks to name a missing service.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a step nor a workflow",
    label = "cannot be awaited in a workflow",
    note = "help: put `#[step]` on the async function, or compute it as a pure expression without `.await`"
)]
pub trait RunsOn<C: 'static> {
    /// The erased form.
    fn runnable() -> Runnable<C>;

    /// Begins one attempt of a step with its input, the tuple of its owned parameters.
    // Any type, because rustc would report one that cannot be recorded here as well.
    #[doc(hidden)]
    fn begin<'a, I: 'static>(_services: &'a C, _input: I, _attempt: Attempt<'a>) -> BoxFuture<'a, Returned> {
        refused(Returned::failed(anyhow!("`{}` is no step", type_name::<Self>())))
    }
}

/// A step or a workflow, bound to a container type.
pub enum Runnable<C: 'static> {
    /// A step.
    Step(StepDef<C>),
    /// A workflow.
    Workflow(WorkflowDef<C>),
}

/// A step bound to a container type.
pub struct StepDef<C: 'static> {
    pub(crate) info: StepInfo,
    pub(crate) call: Call<C>,
    pub(crate) undo: Option<UndoDef<C>>,
    pub(crate) codec: &'static Codec,
}

/// How the values of a step are read back from a store.
pub(crate) struct Codec {
    /// Which step it is.
    #[cfg_attr(not(feature = "testing"), expect(dead_code, reason = "only tests ask"))]
    pub(crate) step: fn() -> TypeId,
    pub(crate) input: Decode,
    pub(crate) output: Decode,
    pub(crate) payload: Decode,
}

/// A compensation bound to a container type and to the payload of the step that it undoes.
pub struct UndoDef<C: 'static> {
    pub(crate) info: StepInfo,
    pub(crate) call: Call<C>,
    pub(crate) input: fn(Ending, Option<Recorded>) -> Option<Recorded>,
    /// The same at once, for hosts that record no input.
    pub(crate) begin: BeginUndo<C>,
    pub(crate) hears_unknown: bool,
    pub(crate) codec: &'static Codec,
}

impl<C: 'static> Clone for UndoDef<C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C: 'static> Copy for UndoDef<C> {}

impl<C: 'static> Clone for StepDef<C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C: 'static> Copy for StepDef<C> {}

impl<C: 'static> std::fmt::Debug for Runnable<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Step(step) => f.debug_tuple("Step").field(&step.info).finish(),
            Self::Workflow(workflow) => f.debug_tuple("Workflow").field(&workflow.name()).finish(),
        }
    }
}

impl<C: 'static> Runnable<C> {
    /// The step `S`.
    #[must_use]
    pub fn step<S: Step + RunsOn<C>>() -> Self {
        let codec = const {
            &Codec {
                step: TypeId::of::<S>,
                input: decode::<S::Input>(),
                output: decode::<S::Output>(),
                payload: decode::<S::Payload>(),
            }
        };
        Self::Step(StepDef { info: S::INFO, call: call::<S, C>, undo: None, codec })
    }

    /// The same step, undone by `U`.
    #[must_use]
    pub fn compensated_by<S, U>(self) -> Self
    where
        S: Step,
        U: Step<Compensation: Uncompensated + OnTheWayBack> + RunsOn<C>,
        U::Input: UndoInput<S::Payload>,
    {
        match (self, U::runnable()) {
            (Self::Step(step), Self::Step(undo)) => Self::Step(StepDef {
                undo: Some(UndoDef {
                    info: undo.info,
                    call: undo.call,
                    input: undo_input::<S::Payload, U::Input>,
                    begin: begin_undo::<C, S::Payload, U>,
                    hears_unknown: <U::Input as UndoInput<S::Payload>>::HEARS_UNKNOWN,
                    codec: undo.codec,
                }),
                ..step
            }),
            (other, _) => other,
        }
    }

    /// The same step, which can end in doubt, undone by `U`, which hears of it.
    #[must_use]
    pub fn compensated_in_doubt_by<S, U>(self) -> Self
    where
        S: Step,
        U: Step<Compensation: Uncompensated + OnTheWayBack> + RunsOn<C>,
        U::Input: DoubtInput<S::Payload>,
    {
        self.compensated_by::<S, U>()
    }

    /// The workflow `W`, whose graph `build` makes.
    pub fn workflow<W: Workflow>(build: Build<C, W::Input, W::Output>) -> Self {
        Self::Workflow(WorkflowDef::new::<W>(build))
    }
}

/// Begins a step with its recorded input.
fn call<'a, S: Step + RunsOn<C>, C: 'static>(
    services: &'a C,
    input: Recorded,
    attempt: Attempt<'a>,
) -> BoxFuture<'a, Returned> {
    let found = input.type_name();
    match take::<S::Input>(input) {
        Some(input) => S::begin(services, input, attempt),
        None => refused(another(found, type_name::<S::Input>())),
    }
}

/// The program of the workflow `W` on the container `C`, built once and kept.
pub(crate) fn program<W: Workflow + RunsOn<C>, C: 'static>() -> Option<&'static Program<C>> {
    W::programs().find::<W, C>().or_else(|| match W::runnable() {
        Runnable::Workflow(definition) => Some(definition.program()),
        Runnable::Step(_) => None,
    })
}
