//! Workflows of any length: the calls of the graph builder that `workflow!` would write, in a loop.

use std::marker::PhantomData;

use workflow_runtime::__rt::{
    Callable, Given, GraphBuilder, Handle, NeedsNoSignal, Out, Programs, Runnable, RunsOn, Workflow, WorkflowInfo,
};
use workflow_runtime::Invocation;

use crate::steps::{App, Parcel};

/// `N` calls of the step `S`, one after the other.
#[derive(Debug)]
pub struct Chain<S, const N: usize> {
    of: PhantomData<fn() -> S>,
}

/// What a chain can be made of.
pub trait Link: Callable<Input = (Parcel,), Output = Parcel> + RunsOn<App> {}

impl<S: Callable<Input = (Parcel,), Output = Parcel> + RunsOn<App>> Link for S {}

/// `N` calls of the step `S`, ready to run.
pub fn chain<S: Link, const N: usize>(parcel: Parcel) -> Invocation<Chain<S, N>> {
    Invocation::new((parcel,))
}

impl<S: Link, const N: usize> Callable for Chain<S, N> {
    type Input = (Parcel,);
    type Output = Parcel;
}

impl<S: Link, const N: usize> Workflow for Chain<S, N> {
    const INFO: WorkflowInfo = WorkflowInfo::new("chain");

    fn programs() -> &'static Programs {
        static PROGRAMS: Programs = Programs::new();
        &PROGRAMS
    }
}

impl<P, S: Link, const N: usize> NeedsNoSignal<P> for Chain<S, N> {}

impl<S: Link, const N: usize> RunsOn<App> for Chain<S, N> {
    fn runnable() -> Runnable<App> {
        Runnable::workflow::<Self>(build::<S, N>)
    }
}

fn build<S: Link, const N: usize>(b: &mut GraphBuilder<App>, input: Handle<(Parcel,)>, out: Out<Parcel>) -> Given {
    let mut parcel = b.pure("parcel", &[input.at("0")], move |env| env.get(input).0.clone());
    for _ in 0..N {
        let read = parcel;
        parcel = b.call::<S>("step", &[read.whole()], move |env| (env.get(read).clone(),)).required();
    }
    b.give(out, &[parcel.whole()], move |env| env.get(parcel).clone())
}
