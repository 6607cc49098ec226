//! Workflows: the traits that `workflow!` implements.

use std::any::{Any, TypeId};
use std::sync::OnceLock;
use std::time::Duration;

use crate::data::Data;
use crate::graph::Program;
use crate::step::{Callable, Gives};

/// A workflow, as a `workflow!` block defines it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a workflow",
    label = "not written in a `workflow!` block",
    note = "help: a workflow is an `async fn` inside of `workflow! {{ … }}`; one of a single step is a workflow, too"
)]
pub trait Workflow: Callable {
    /// Name, version and timeout.
    const INFO: WorkflowInfo;

    /// Where its graphs are kept, one for each container type.
    fn programs() -> &'static Programs;
}

/// Name, version and timeout of a workflow, as `#[workflow(..)]` wrote them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkflowInfo {
    pub(crate) name: &'static str,
    pub(crate) version: u32,
    pub(crate) timeout: Option<Duration>,
}

impl WorkflowInfo {
    /// Version 1 of a workflow without timeout.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, version: 1, timeout: None }
    }

    /// The version of the definition.
    #[must_use]
    pub const fn version(mut self, version: u32) -> Self {
        self.version = version;
        self
    }

    /// After this many milliseconds it is stopped and rolled back.
    #[must_use]
    pub const fn timeout(mut self, millis: u64) -> Self {
        self.timeout = Some(Duration::from_millis(millis));
        self
    }

    /// The workflow's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

/// The return type of a workflow: a `Result` whose error is anything that a step may fail with.
#[diagnostic::on_unimplemented(
    message = "a workflow returns a `Result` of recordable data, not `{Self}`",
    label = "this is not a `Result` of `Serialize + DeserializeOwned + Clone` data",
    note = "help: return `Result<T>`, with `#[derive(Clone, serde::Serialize, serde::Deserialize)]` on `T`, and an error that converts into `anyhow::Error`"
)]
pub trait WorkflowReturn {
    /// What the workflow gives.
    type Output: Data;
}

impl<T: Data, E: WorkflowFailure> WorkflowReturn for Result<T, E> {
    type Output = T;
}

/// The `Err` side of a workflow's return type.
#[diagnostic::on_unimplemented(
    message = "a workflow cannot fail with `{Self}`",
    label = "`{Self}` is not an error",
    note = "help: fail with `anyhow::Error` or any `std::error::Error`; `anyhow!(text)` makes an error of a text"
)]
pub trait WorkflowFailure {}

#[diagnostic::do_not_recommend]
impl<E: Into<anyhow::Error>> WorkflowFailure for E {}

/// The parts of a workflow's return type, without a look at what they can do.
#[diagnostic::on_unimplemented(
    message = "a workflow returns a `Result` of recordable data, not `{Self}`",
    label = "this is not a `Result` of `Serialize + DeserializeOwned + Clone` data",
    note = "help: return `Result<T>`, with `#[derive(Clone, serde::Serialize, serde::Deserialize)]` on `T`, and an error that converts into `anyhow::Error`"
)]
pub trait Results {
    /// What the workflow gives.
    type Output;
    /// What `?` in its pure expressions converts into.
    type Error;
}

#[diagnostic::do_not_recommend]
impl<T, E> Results for Result<T, E> {
    type Output = T;
    type Error = E;
}

/// What a workflow returns, as its block says it.
pub trait Returns {
    /// The declared return type.
    type Return: WorkflowReturn + Results<Output = <Self::Return as WorkflowReturn>::Output>;
}

/// The output of a workflow.
#[derive(Debug)]
pub enum WorkflowGives {}

impl<W: Returns> Gives<W> for WorkflowGives {
    type Output = <W::Return as Results>::Output;
}

/// Holds where the workflow has a `signal!` of the type `S`.
#[diagnostic::on_unimplemented(
    message = "the workflow `{Self}` does not wait for such a signal",
    label = "there is no `signal!` of this type in `{Self}`",
    note = "help: that of a child workflow is sent by naming the child: `engine.signal::<child, _>(id, signal)`, or `run.signal_child::<child, _>(signal)`"
)]
pub trait Accepts<S> {}

/// The graphs of one workflow, each built once for a container type: a list that only grows, read without a lock.
#[derive(Debug, Default)]
pub struct Programs {
    first: OnceLock<Box<Entry>>,
}

#[derive(Debug)]
struct Entry {
    key: (TypeId, TypeId),
    program: Box<dyn Any + Send + Sync>,
    next: Programs,
}

impl Programs {
    /// An empty list.
    #[must_use]
    pub const fn new() -> Self {
        Self { first: OnceLock::new() }
    }

    /// The graph of the workflow `W` on the container `C`, from `build` when it is asked for the first time.
    pub(crate) fn get<W: 'static, C: 'static>(
        &'static self,
        build: impl FnOnce() -> Program<C>,
    ) -> &'static Program<C> {
        let key = (TypeId::of::<W>(), TypeId::of::<C>());
        if let Some(program) = self.look_up(key) {
            return program;
        }
        // Built before a place is taken, because building may ask for other graphs of this very list.
        let mut entry = Box::new(Entry { key, program: Box::new(build()), next: Programs::new() });
        let mut list = self;
        while let Err(refused) = list.first.set(entry) {
            entry = refused;
            match list.first.get() {
                Some(taken) => match taken.downcast(key) {
                    Some(program) => return program,
                    None => list = &taken.next,
                },
                None => continue,
            }
        }
        // The entry was set just now.
        self.look_up(key).unwrap_or_else(|| unreachable!("a graph that was stored is found"))
    }

    /// The graph, if it was built before.
    pub(crate) fn find<W: 'static, C: 'static>(&'static self) -> Option<&'static Program<C>> {
        self.look_up((TypeId::of::<W>(), TypeId::of::<C>()))
    }

    fn look_up<C: 'static>(&'static self, key: (TypeId, TypeId)) -> Option<&'static Program<C>> {
        let mut entry = self.first.get();
        while let Some(found) = entry {
            if let Some(program) = found.downcast(key) {
                return Some(program);
            }
            entry = found.next.first.get();
        }
        None
    }
}

impl Entry {
    fn downcast<C: 'static>(&self, key: (TypeId, TypeId)) -> Option<&Program<C>> {
        if self.key == key { self.program.downcast_ref() } else { None }
    }
}
