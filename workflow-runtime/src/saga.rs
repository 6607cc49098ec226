//! Saga soundness at the type level: after a pivot, only nodes that cannot fail the workflow.
//!
//! `workflow!` writes its block a second time as a chain of calls on [`Saga`]; each call is one trait resolution, so the
//! check runs in `cargo check`, in generic workflows and through children, and rustc reports it on the user's token.
//! The workflow's own [`Effect`] is the fold of its nodes' effects, which a parent then reads.

use std::marker::PhantomData;

use crate::step::Callable;

/// Yes or no, as a type.
pub trait Flag {}
/// It holds.
#[derive(Debug)]
pub enum Yes {}
/// It does not hold.
#[derive(Debug)]
pub enum No {}
impl Flag for Yes {}
impl Flag for No {}

/// Either of two flags.
pub trait Or<R> {
    /// Whether one of the two holds.
    type Out: Flag;
}
impl<R> Or<R> for Yes {
    type Out = Yes;
}
impl<R: Flag> Or<R> for No {
    type Out = R;
}

/// Whether a pivot has been passed, and which.
pub trait Pivot {
    /// The later of two pivots.
    type Then<P: Pivot>: Pivot;
    /// The pivot remembered before this one.
    type After<P: Pivot>: Pivot;
}
/// No pivot: everything can still be undone.
#[derive(Debug)]
pub enum NoPivot {}
/// `P` has succeeded: there is no way back.
#[derive(Debug)]
pub struct Passed<P>(PhantomData<P>);
impl Pivot for NoPivot {
    type Then<P: Pivot> = P;
    type After<P: Pivot> = P;
}
impl<Q> Pivot for Passed<Q> {
    type Then<P: Pivot> = Passed<Q>;
    type After<P: Pivot> = Passed<Q>;
}

/// What a node means for the saga around it.
pub trait Effect {
    /// Whether it can fail the workflow.
    type Fails: Flag + Or<No> + Or<Yes>;
    /// The pivot that it passes.
    type Pivot: Pivot;
    /// Whether it waits for a signal, so that it needs a run handle or an engine.
    type Waits: Flag;
}

/// A node that cannot fail.
#[derive(Debug)]
pub enum Plain {}
/// A node that can fail.
#[derive(Debug)]
pub enum Fallible {}
/// A node that waits for a signal.
#[derive(Debug)]
pub enum Waits {}
/// The pivot `S`, which fails as `E` does until it has succeeded.
#[derive(Debug)]
pub struct Pivotal<S, E>(PhantomData<(S, E)>);
/// A node whose failure the workflow handles.
#[derive(Debug)]
pub struct Handled<E>(PhantomData<E>);
/// Two nodes.
#[derive(Debug)]
pub struct Both<L, R>(PhantomData<(L, R)>);

impl Effect for Plain {
    type Fails = No;
    type Pivot = NoPivot;
    type Waits = No;
}
impl Effect for Fallible {
    type Fails = Yes;
    type Pivot = NoPivot;
    type Waits = No;
}
impl Effect for Waits {
    type Fails = No;
    type Pivot = NoPivot;
    type Waits = Yes;
}
impl<S, E: Effect> Effect for Pivotal<S, E> {
    type Fails = E::Fails;
    type Pivot = Passed<S>;
    type Waits = No;
}
impl<E: Effect> Effect for Handled<E> {
    type Fails = No;
    type Pivot = E::Pivot;
    type Waits = E::Waits;
}
impl<L: Effect, R: Effect> Effect for Both<L, R>
where
    L::Fails: Or<R::Fails>,
    <L::Fails as Or<R::Fails>>::Out: Or<No> + Or<Yes>,
    L::Waits: Or<R::Waits>,
{
    type Fails = <L::Fails as Or<R::Fails>>::Out;
    type Pivot = <L::Pivot as Pivot>::Then<R::Pivot>;
    type Waits = <L::Waits as Or<R::Waits>>::Out;
}

/// May `X` follow the pivot `P`? Holds for [`No`], the flag of what cannot fail.
#[diagnostic::on_unimplemented(
    message = "`{X}` can fail after the pivot `{P}`, and there is no way back from there",
    label = "can fail the workflow, but `{P}` has already succeeded",
    note = "help: move it before `{P}`, give it `retry(forever)`, or handle its result instead of `?`"
)]
pub trait MayFollow<P, X> {}
impl<P, X> MayFollow<P, X> for No {}

/// A pure expression with `?`, in the message of [`MayFollow`].
#[derive(Debug)]
pub enum Expression {}

/// May a branch stand beside one that passes the pivot `P`? Holds for [`No`], the flag of what cannot fail.
#[diagnostic::on_unimplemented(
    message = "the pivot `{P}` stands beside a branch of `parallel!` that can fail",
    label = "a branch beside `{P}` can fail",
    note = "help: run `{P}` after the `parallel!`, or handle the failure inside the other branches"
)]
pub trait MayStandBeside<P> {}
impl<P> MayStandBeside<P> for No {}

/// May a loop contain this? Holds for [`NoPivot`].
#[diagnostic::on_unimplemented(
    message = "a pivot inside a loop: when a later item fails, the earlier ones cannot be undone any more",
    label = "this loop contains a pivot",
    note = "help: run the pivot once, after the loop"
)]
pub trait MayRepeat {}
impl MayRepeat for NoPivot {}

/// The state of the check at one place of the block: the pivot passed so far, whether anything since the branch began
/// can fail, and the pivot passed since then.
#[derive(Debug)]
#[must_use]
pub struct Saga<P, F, Q>(PhantomData<(P, F, Q)>);

impl<P, F, Q> Clone for Saga<P, F, Q> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<P, F, Q> Copy for Saga<P, F, Q> {}

/// The state after a node with the effect `E`.
type After<P, F, Q, E> = Saga<
    <P as Pivot>::Then<<E as Effect>::Pivot>,
    <F as Or<<E as Effect>::Fails>>::Out,
    <Q as Pivot>::Then<<E as Effect>::Pivot>,
>;

/// Does a node of this failure flag, named `X`, fit behind the pivot state?
pub trait Admits<F, X> {}
impl<F, X> Admits<F, X> for NoPivot {}
#[diagnostic::do_not_recommend]
impl<F: MayFollow<P, X>, P, X> Admits<F, X> for Passed<P> {}

/// May two branches run side by side: the failure flag of each against the pivot of the other.
pub trait Beside<F> {}
impl<F> Beside<F> for NoPivot {}
#[diagnostic::do_not_recommend]
impl<P, F: MayStandBeside<P>> Beside<F> for Passed<P> {}

impl Saga<NoPivot, No, NoPivot> {
    /// The beginning of a workflow.
    pub const fn start() -> Self {
        Saga(PhantomData)
    }
}

impl<P: Pivot, F: Flag, Q: Pivot> Saga<P, F, Q> {
    /// Awaits the step or workflow `X` with `?`.
    pub const fn then<X: Callable>(self) -> After<P, F, Q, X::Effect>
    where
        P: Admits<<X::Effect as Effect>::Fails, X>,
        F: Or<<X::Effect as Effect>::Fails>,
    {
        Saga(PhantomData)
    }

    /// Awaits `X` and handles its result.
    pub const fn handled<X: Callable>(self) -> After<P, F, Q, Handled<X::Effect>>
    where
        F: Or<No>,
    {
        Saga(PhantomData)
    }

    /// A node without a step that can fail, such as a pure expression with `?`.
    pub const fn expression(self) -> After<P, F, Q, Fallible>
    where
        P: Admits<Yes, Expression>,
        F: Or<Yes>,
    {
        Saga(PhantomData)
    }

    /// The beginning of a branch, an arm or a loop body at this place.
    pub const fn fork(self) -> Saga<P, No, NoPivot> {
        Saga(PhantomData)
    }

    /// Joins an arm of a condition, one of several of which one runs.
    pub const fn arm<P2: Pivot, F2, Q2: Pivot>(
        self,
        _: Saga<P2, F2, Q2>,
    ) -> Saga<P::Then<Q2>, <F as Or<F2>>::Out, Q::Then<Q2>>
    where
        F: Or<F2>,
    {
        Saga(PhantomData)
    }

    /// Joins a branch of `parallel!`, which runs beside those joined before. Begin with a `fork()`, and join the
    /// sum with the place of the group by [`Saga::arm`].
    pub const fn beside<P2: Pivot, F2, Q2: Pivot + Beside<F>>(
        self,
        _: Saga<P2, F2, Q2>,
    ) -> Saga<P::Then<Q2>, <F as Or<F2>>::Out, Q::Then<Q2>>
    where
        F: Or<F2>,
        Q: Beside<F2>,
    {
        Saga(PhantomData)
    }

    /// Joins the body of a loop.
    pub const fn repeat<P2, F2, Q2: MayRepeat>(self, _: Saga<P2, F2, Q2>) -> Saga<P, <F as Or<F2>>::Out, Q>
    where
        F: Or<F2>,
    {
        Saga(PhantomData)
    }

    /// Forgets that the group joined here can fail: its failure is handled.
    pub const fn caught(self) -> Saga<P, No, Q> {
        Saga(PhantomData)
    }
}

/// Holds for workflows without `signal!`, which can be awaited without anybody to signal them.
#[diagnostic::on_unimplemented(
    message = "this workflow waits for a `signal!`, and with `run` there is nobody who could send it",
    label = "waits for a signal",
    note = "help: use `.spawn(app)`, whose handle can `signal`, or an engine"
)]
pub trait NeedsNoSignal {}
impl NeedsNoSignal for No {}
