//! `run`: a workflow on a borrowed container.

use std::any::type_name;
use std::future::Future;
use std::sync::Arc;

use anyhow::anyhow;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::clock::{Clock, TokioClock};
use crate::data::{Data, Recorded, record, take};
use crate::error::WorkflowError;
use crate::execute::{End, Machine, NodeFailure, Report, RolledBack, drive};
use crate::execution::RunInfo;
use crate::graph::{Given, GraphBuilder, Handle, Out, Program};
use crate::interpose::Layers;
use crate::mapped::mapped;
use crate::observe::Observed;
use crate::saga::NeedsNoSignal;
use crate::services::Container;
use crate::step::{BoxFuture, RunsOn};
use crate::workflow::{Workflow, WorkflowInfo};

use super::around::Around;
use super::control::{Control, cancel_through};
use super::host::{InProcess, Surroundings};
use super::invocation::{Invocation, Options};

impl<W: Workflow> Invocation<W> {
    /// Runs the workflow in process, with the services of `app`. Nothing is stored.
    ///
    /// Dropping the future stops the run without undoing anything; a server uses [`spawn`](Invocation::spawn).
    ///
    /// # Errors
    /// When a step failed: by then everything before it has been undone, as far as the error says.
    // Boxed, and not an `async fn`, so that a missing service is one error and not one for each use of its future.
    pub fn run<'a, C: Container>(self, app: &'a C) -> BoxFuture<'a, Result<W::Output, WorkflowError>>
    where
        W: RunsOn<C> + NeedsNoSignal<()>,
    {
        let run = RunInfo::new(self.id, W::INFO.name);
        Box::pin(execute::<W, C>(self.input, app, run, self.options, None))
    }
}

/// Runs a workflow to its end.
// Not an `async fn`, whose future would hold the input beside the record of it.
pub(super) fn execute<W: Workflow + RunsOn<C>, C: Container>(
    input: W::Input,
    app: &C,
    run: RunInfo,
    options: Options,
    control: Option<UnboundedReceiver<Control>>,
) -> impl Future<Output = Result<W::Output, WorkflowError>> + Send + use<'_, W, C> {
    mapped(execute_program(crate::step::program::<W, C>(), record(input), app, run, options, control), typed)
}

fn typed<O: Data>(output: Result<Recorded, WorkflowError>) -> Result<O, WorkflowError> {
    take(output?).ok_or_else(|| {
        let run = RunInfo::new(None, type_name::<O>());
        broken(&run, anyhow!("the result has another type than the workflow says"))
    })
}

/// Builds a graph at run time and runs it once: for tests that make graphs up. The graph is never freed.
///
/// # Errors
/// When a step failed.
pub async fn run_built<C: Container, I: Data, O: Data>(
    build: impl FnOnce(&mut GraphBuilder<C>, Handle<I>, Out<O>) -> Given,
    input: I,
    app: &C,
) -> Result<O, WorkflowError> {
    run_built_with(WorkflowInfo::new("built"), TokioClock, build, input, app).await
}

/// The same with a name, a timeout and a clock of one's own.
///
/// # Errors
/// When a step failed, or the timeout fired.
pub async fn run_built_with<C: Container, I: Data, O: Data>(
    info: WorkflowInfo,
    clock: impl Clock,
    build: impl FnOnce(&mut GraphBuilder<C>, Handle<I>, Out<O>) -> Given,
    input: I,
    app: &C,
) -> Result<O, WorkflowError> {
    let mut options = Options::default();
    options.clock = Some(Arc::new(clock));
    built(info, options, build, input, app).await
}

/// The same with a clock of one's own and without the straight way, so that a test can compare the two.
///
/// # Errors
/// When a step failed, or the timeout fired.
pub async fn run_built_the_long_way<C: Container, I: Data, O: Data>(
    info: WorkflowInfo,
    clock: impl Clock,
    build: impl FnOnce(&mut GraphBuilder<C>, Handle<I>, Out<O>) -> Given,
    input: I,
    app: &C,
) -> Result<O, WorkflowError> {
    let mut options = Options::default();
    options.clock = Some(Arc::new(clock));
    options.long_way = true;
    built(info, options, build, input, app).await
}

async fn built<C: Container, I: Data, O: Data>(
    info: WorkflowInfo,
    options: Options,
    build: impl FnOnce(&mut GraphBuilder<C>, Handle<I>, Out<O>) -> Given,
    input: I,
    app: &C,
) -> Result<O, WorkflowError> {
    let program: &'static Program<C> = Box::leak(Box::new(Program::build(info, build)));
    let run = RunInfo::new(None, info.name);
    typed(execute_program(Some(program), record(input), app, run, options, None).await)
}

/// Runs a graph to its end. Not generic over the workflow, so that there is one copy for each container type.
// Not an `async fn`, whose future would hold everything twice that it was called with.
fn execute_program<C: Container>(
    program: Option<&'static Program<C>>,
    input: Recorded,
    app: &C,
    run: RunInfo,
    options: Options,
    control: Option<UnboundedReceiver<Control>>,
) -> impl Future<Output = Result<Recorded, WorkflowError>> + Send {
    // Made here, and not where it is first polled: the future has no room for what the machine is made of.
    let mut machine = program.map(|program| made(program, input, &options));
    let mut around = Around::new(app, run, options);
    async move {
        around.open_span();
        if let Some(machine) = &mut machine {
            let mut host = InProcess::new(&around, control.or_else(|| layers_cancel(&around.options.layers)));
            if around.on().observed() {
                machine.observe();
            }
            drive(machine, &mut host).await;
        }
        ended(machine.as_mut(), &mut around)
    }
}

/// The machine for a run with these options.
fn made<C: Container>(program: &'static Program<C>, input: Recorded, options: &Options) -> Machine<C> {
    let mut machine = Machine::new(program, input, false);
    // What goes through JSON takes the long way, which records the inputs of steps.
    machine.inline = !options.round_trip && !options.long_way;
    machine.force(options.layers.iter().find_map(|layer| layer.forced()));
    if options.round_trip {
        machine.round_trip();
    }
    machine
}

/// Tells everybody how a run has ended.
fn ended<C: Container>(
    machine: Option<&mut Machine<C>>,
    around: &mut Around<'_, C>,
) -> Result<Recorded, WorkflowError> {
    let run = &around.run;
    let Some(machine) = machine else {
        return Err(broken(run, anyhow!("`{}` is not a workflow", run.workflow())));
    };
    let Some((end, report)) = machine.take_end() else {
        return Err(broken(run, anyhow!("the execution stopped before its end")));
    };
    match end {
        End::Completed { output, events } => {
            let on = around.on();
            on.tell(|| Observed::WorkflowCompleted);
            on.span.in_scope(|| tracing::info!(target: "workflow", "completed"));
            around.options.release(&events);
            Ok(output)
        }
        End::RolledBack(ended) => {
            let RolledBack { failures, stop, past_pivot, events } = *ended;
            // The error has the identity of the run from here on: an id that nobody asks for is not made.
            let error = WorkflowError::new(around.run.take(), failures, stop, past_pivot, report);
            let on = Surroundings { run: error.run(), ..around.on() };
            on.tell(|| Observed::WorkflowFailed { status: error.status(), error: error.to_string() });
            on.span.in_scope(|| tracing::error!(target: "workflow", %error, "did not complete"));
            around.options.release(&events);
            Err(error)
        }
    }
}

/// Lets the layers of a test, if there are any, cancel a run that nobody else can cancel.
fn layers_cancel(layers: &Layers) -> Option<UnboundedReceiver<Control>> {
    if layers.is_empty() {
        return None;
    }
    let (control, controls) = unbounded_channel();
    let cancel = cancel_through(control);
    layers.iter().for_each(|layer| layer.can_cancel(Arc::clone(&cancel)));
    Some(controls)
}

/// The error of a run that went wrong outside of its steps.
pub(super) fn broken(run: &RunInfo, error: anyhow::Error) -> WorkflowError {
    let path = run.workflow().into();
    let failure = NodeFailure { path, step: "".into(), attempts: 1, error: Arc::new(error), number: 0 };
    WorkflowError::new(run.clone(), vec![failure], None, false, Report::default())
}
