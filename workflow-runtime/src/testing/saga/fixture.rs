//! A fixture: from what world a workflow starts, and how to see what it made of it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use crate::in_process::Invocation;
use crate::services::{Container, IntoShared};
use crate::step::RunsOn;
use crate::workflow::Workflow;

use super::signals::Signals;

/// What the suite of a workflow needs to know: how to make a fresh container and an input, what the world looks like,
/// and what a success is.
///
/// ```
/// use std::collections::BTreeMap;
/// use std::sync::{Mutex, PoisonError};
/// use anyhow::{Context, Result};
/// use serde::Serialize;
/// use workflow_runtime::prelude::*;
/// use workflow_runtime::testing::Fixture;
///
/// /// A warehouse that knows what was reserved under which key, so that nothing is reserved twice.
/// #[derive(Default)]
/// struct Inventory { reserved: Mutex<BTreeMap<String, u32>> }
///
/// impl Inventory {
///     fn book(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, u32>> {
///         self.reserved.lock().unwrap_or_else(PoisonError::into_inner)
///     }
/// }
///
/// #[derive(Services, Default)]
/// struct App { inventory: Inventory }
///
/// #[step(compensate = release)]
/// async fn reserve(count: u32, inventory: &Inventory, ctx: &StepContext) -> Result<u32> {
///     inventory.book().insert(ctx.step_key().to_owned(), count);
///     Ok(count)
/// }
/// #[step(retry(attempts = 3))]
/// async fn release(_count: Outcome<u32>, inventory: &Inventory, ctx: &StepContext) -> Result<()> {
///     inventory.book().remove(ctx.step_key());
///     Ok(())
/// }
/// #[step]
/// async fn charge(cents: u32) -> Result<u32> { Ok(cents) }
///
/// workflow! {
///     async fn place_order(count: u32) -> Result<u32> {
///         let reserved = reserve(count).await?;
///         charge(reserved * 100).await
///     }
/// }
///
/// let fixture = Fixture::new(|| (App::default(), place_order(2)))
///     .world(|app: &App| app.inventory.book().clone())
///     .completed(|before, after, paid| {
///         assert!(before.is_empty());
///         assert_eq!(after.values().sum::<u32>() * 100, *paid);
///     });
/// let suite = fixture.suite();
/// assert!(suite.case("fail_at::charge").is_some() && suite.case("crash_before_write::1").is_some());
/// suite.check(); // panics if one of its cases fails, with all that is wrong
/// ```
pub struct Fixture<W: Workflow, C: Container, S = ()> {
    pub(super) name: &'static str,
    pub(super) inputs: Vec<Input<W, C>>,
    pub(super) snapshot: Arc<dyn Fn(&C) -> S + Send + Sync>,
    pub(super) completed: Option<Completed<W, S>>,
    pub(super) afterwards: Option<Afterwards<C>>,
    pub(super) after_crash: Option<AfterCrash<C>>,
    pub(super) signals: Signals<W, C>,
    pub(super) claims: Claims,
}

pub(super) type Completed<W, S> = Arc<dyn Fn(&S, &S, &<W as crate::step::Callable>::Output) + Send + Sync>;

pub(super) type Afterwards<C> = Arc<dyn Fn(&C, bool) + Send + Sync>;

pub(super) type AfterCrash<C> = Arc<dyn Fn(&C) -> Arc<C> + Send + Sync>;

/// One way to begin.
pub(super) struct Input<W: Workflow, C: Container> {
    /// Empty for the only one.
    pub(super) name: &'static str,
    pub(super) make: Arc<dyn Fn() -> (Arc<C>, Invocation<W>) + Send + Sync>,
    pub(super) fails: bool,
    /// Signals for this input alone.
    pub(super) signals: Signals<W, C>,
}

/// What the author of a workflow says that a test could not know.
#[derive(Debug, Clone, Default)]
pub(super) struct Claims {
    /// Steps that have done nothing when they fail.
    pub(super) clean: Vec<String>,
    /// Nodes that no input reaches, and why.
    pub(super) unreachable: BTreeMap<String, String>,
    /// Whether the workflow is never recorded, so that nothing goes on after a crash.
    pub(super) in_process_only: bool,
}

impl<W: Workflow, C: Container, S> fmt::Debug for Fixture<W, C, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inputs: Vec<&str> = self.inputs.iter().map(|input| input.name).collect();
        f.debug_struct("Fixture").field("workflow", &W::INFO.name).field("inputs", &inputs).finish_non_exhaustive()
    }
}

impl<W: Workflow + RunsOn<C>, C: Container> Fixture<W, C> {
    /// A fixture that makes a fresh container and an invocation of the workflow each time it is asked.
    pub fn new<A: IntoShared<C>>(make: impl Fn() -> (A, Invocation<W>) + Send + Sync + 'static) -> Self {
        Self {
            name: W::INFO.name,
            inputs: vec![Input::new("", false, make)],
            snapshot: Arc::new(|_| ()),
            completed: None,
            afterwards: None,
            after_crash: None,
            signals: Signals::new(),
            claims: Claims::default(),
        }
    }

    /// What of the world has to be as before when the workflow was rolled back: data of one's own, made of what the
    /// services hold. What may differ from run to run (times, random ids) and what nobody would undo (a log) stays out of
    /// it. The snapshot must not wait for a lock that a step holds over an `.await`.
    pub fn world<S: Serialize + 'static>(self, snapshot: impl Fn(&C) -> S + Send + Sync + 'static) -> Fixture<W, C, S> {
        let Self { name, inputs, afterwards, after_crash, signals, claims, .. } = self;
        let snapshot = Arc::new(snapshot);
        Fixture { name, inputs, snapshot, completed: None, afterwards, after_crash, signals, claims }
    }
}

impl<W: Workflow + RunsOn<C>, C: Container, S> Fixture<W, C, S> {
    /// The name of the suite, which every name of a case begins with. It is the name of the workflow, unless a target has
    /// several of that name.
    #[must_use]
    pub fn named(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    /// Another input, with its container, under a name: so that every arm and every loop is reached.
    #[must_use]
    pub fn input<A: IntoShared<C>>(
        mut self,
        name: &'static str,
        make: impl Fn() -> (A, Invocation<W>) + Send + Sync + 'static,
    ) -> Self {
        self.inputs.push(Input::new(name, false, make));
        self
    }

    /// An input with which the workflow is rolled back by itself, such as a card that is declined.
    #[must_use]
    pub fn failing<A: IntoShared<C>>(
        mut self,
        name: &'static str,
        make: impl Fn() -> (A, Invocation<W>) + Send + Sync + 'static,
    ) -> Self {
        self.inputs.push(Input::new(name, true, make));
        self
    }

    /// What holds when the workflow has completed: asserts on the world before, the world after, and the output.
    #[must_use]
    pub fn completed(mut self, check: impl Fn(&S, &S, &W::Output) + Send + Sync + 'static) -> Self {
        self.completed = Some(Arc::new(check));
        self
    }

    /// What its caller does with the container once the workflow has ended, before anybody looks at the world: to commit
    /// a database transaction that it held if it has completed, and else to roll it back.
    #[must_use]
    pub fn afterwards(mut self, end: impl Fn(&C, bool) + Send + Sync + 'static) -> Self {
        self.afterwards = Some(Arc::new(end));
        self
    }

    /// What a process has that goes on after a crash: a container with the same world, and with nothing that the process
    /// that died only remembered. Without it, the same container serves on.
    ///
    /// ```
    /// use std::sync::{Arc, Mutex};
    /// use anyhow::{Context, Result};
    /// use workflow_runtime::prelude::*;
    /// use workflow_runtime::testing::Fixture;
    ///
    /// #[derive(Services, Default)]
    /// struct App {
    ///     /// What is on loan, in the library's database.
    ///     on_loan: Arc<Mutex<Vec<String>>>,
    ///     /// What this process has looked up.
    ///     cache: Mutex<Option<String>>,
    /// }
    ///
    /// #[step]
    /// async fn look_up(title: String, cache: &Mutex<Option<String>>) -> Result<()> {
    ///     *cache.lock().unwrap() = Some(title);
    ///     Ok(())
    /// }
    /// #[step(pivot)]
    /// async fn lend(cache: &Mutex<Option<String>>, on_loan: &Mutex<Vec<String>>) -> Result<()> {
    ///     let title = cache.lock().unwrap().clone().context("nobody has looked up a title")?;
    ///     on_loan.lock().unwrap().push(title);
    ///     on_loan.lock().unwrap().dedup();
    ///     Ok(())
    /// }
    ///
    /// workflow! {
    ///     async fn borrow_a_book(title: String) -> Result<()> {
    ///         look_up(title).await?;
    ///         lend().await
    ///     }
    /// }
    ///
    /// let fixture = Fixture::new(|| (App::default(), borrow_a_book("Momo".to_owned())))
    ///     .world(|app: &App| app.on_loan.lock().unwrap().clone())
    ///     .fails_cleanly("lend")
    ///     .after_crash(|app| App { on_loan: Arc::clone(&app.on_loan), ..App::default() });
    /// let failures = fixture.suite().failures();
    /// assert!(failures.iter().any(|(_, why)| why.contains("nobody has looked up a title")), "{failures:?}");
    /// ```
    #[must_use]
    pub fn after_crash<A: IntoShared<C>>(mut self, restart: impl Fn(&C) -> A + Send + Sync + 'static) -> Self {
        self.after_crash = Some(Arc::new(move |app| restart(app).into_shared()));
        self
    }

    /// Says that a failure of this step (or of the step at this node) means that it has done nothing, because what it
    /// does is one transaction: it is not tested with a failure after its effect.
    #[must_use]
    pub fn fails_cleanly(mut self, step: &str) -> Self {
        self.claims.clean.push(step.to_owned());
        self
    }

    /// Says that this workflow never runs on an engine, because its container does not outlive the process, say. There
    /// are no crashes then, nothing is read back from JSON or undone once it has completed, and what has no `retry` runs
    /// once and need not be idempotent.
    ///
    /// ```
    /// use std::sync::atomic::{AtomicU32, Ordering};
    /// use anyhow::Result;
    /// use workflow_runtime::prelude::*;
    /// use workflow_runtime::testing::Fixture;
    ///
    /// #[derive(Services, Default)]
    /// struct App { visitors: AtomicU32 }
    ///
    /// #[step]
    /// async fn count(visitors: &AtomicU32) -> Result<u32> { Ok(visitors.fetch_add(1, Ordering::SeqCst) + 1) }
    ///
    /// workflow! {
    ///     async fn visit() -> Result<u32> { count().await }
    /// }
    ///
    /// let fixture = || Fixture::new(|| (App::default(), visit())).fails_cleanly("count");
    /// let fixture = || fixture().world(|app: &App| app.visitors.load(Ordering::SeqCst));
    /// // A failed visit is no visit: its caller begins to count anew.
    /// let fixture = || fixture().afterwards(|app, completed| {
    ///     if !completed {
    ///         app.visitors.store(0, Ordering::SeqCst);
    ///     }
    /// });
    /// let wrong: Vec<String> = fixture().suite().failures().into_iter().map(|(case, _)| case).collect();
    /// assert!(wrong.contains(&"repeat::count".to_owned()), "{wrong:?}");
    /// assert!(wrong.contains(&"crash_before_write::2".to_owned()), "{wrong:?}");
    /// fixture().in_process_only().suite().check();
    /// ```
    #[must_use]
    pub fn in_process_only(mut self) -> Self {
        self.claims.in_process_only = true;
        self
    }

    /// Says that no input reaches this node, and why that is right.
    #[must_use]
    pub fn unreachable(mut self, node: &str, why: &str) -> Self {
        self.claims.unreachable.insert(node.to_owned(), why.to_owned());
        self
    }
}

impl<W: Workflow, C: Container> Input<W, C> {
    fn new<A: IntoShared<C>>(
        name: &'static str,
        fails: bool,
        make: impl Fn() -> (A, Invocation<W>) + Send + Sync + 'static,
    ) -> Self {
        let make = move || {
            let (app, invocation) = make();
            (app.into_shared(), invocation)
        };
        Self { name, make: Arc::new(make), fails, signals: Signals::new() }
    }
}
