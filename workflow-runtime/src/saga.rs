//! Saga soundness in the type system: after a pivot, only nodes that cannot fail the workflow.
//!
//! What a step or workflow means for the saga around it is a matter of three traits: [`CannotFail`],
//! [`Reversible`] (there is no pivot in it) and [`NeedsNoSignal`]. Steps have them by their definition; a workflow has each
//! of them where its steps have it. They are traits with conditional impls, not associated types, because a public
//! workflow may well consist of private steps.
//!
//! `workflow!` writes its block a second time as a chain of calls on [`Saga`], so that the check runs in `cargo check`, in
//! generic workflows and through children, and rustc reports it on the user's token.

use std::marker::PhantomData;
use std::ops::Deref;

/// Yes or no, as a type.
pub trait Flag {
    /// Either of two flags.
    type Or<R: Flag>: Flag;
}
/// It holds.
#[derive(Debug)]
pub enum Yes {}
/// It does not hold.
#[derive(Debug)]
pub enum No {}
impl Flag for Yes {
    type Or<R: Flag> = Yes;
}
impl Flag for No {
    type Or<R: Flag> = R;
}

/// Whether a pivot has been passed, and which.
pub trait Pivot {
    /// The earlier of two pivots.
    type Then<P: Pivot>: Pivot;
}
/// No pivot: everything can still be undone.
#[derive(Debug)]
pub enum NoPivot {}
/// `P` has succeeded: there is no way back.
#[derive(Debug)]
pub struct Passed<P>(PhantomData<P>);
impl Pivot for NoPivot {
    type Then<P: Pivot> = P;
}
impl<Q> Pivot for Passed<Q> {
    type Then<P: Pivot> = Passed<Q>;
}

/// It cannot fail, so it may follow the pivot `P`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can fail after the pivot `{P}`, and there is no way back from there",
    label = "can fail the workflow, but `{P}` has already succeeded",
    note = "help: move it before `{P}`, give it `retry(forever)`, or handle its result instead of `?`"
)]
pub trait MayFollow<P> {}
#[diagnostic::do_not_recommend]
impl<X: CannotFail<P>, P> MayFollow<P> for X {}

/// What macros implement where [`MayFollow`] is to hold. Two traits, so that rustc reports the one with the message and does
/// not list every workflow of the crate as an example.
pub trait CannotFail<P> {}

/// There is no pivot in it. The parameter carries no meaning: it lets a workflow be reversible where its steps are.
pub trait Reversible<X> {}

/// It waits for no signal, so it can be awaited without anybody to send one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` waits for a `signal!`, and with `run` there is nobody who could send it",
    label = "waits for a signal",
    note = "help: use `.spawn(app)`, whose handle can `signal`, or an engine"
)]
pub trait NeedsNoSignal<X> {}

/// A pure expression with `?`, or another node without a step that can fail.
#[derive(Debug)]
pub enum Expression {}

/// May an [`Expression`] follow the pivot `P`? Holds for nothing, and is there for its message.
#[diagnostic::on_unimplemented(
    message = "this can fail after the pivot `{P}`, and there is no way back from there",
    label = "can fail the workflow, but `{P}` has already succeeded",
    note = "help: move it before `{P}`, or handle the failure here instead of `?`"
)]
pub trait Fits<P> {}

/// Does an [`Expression`] fit behind this pivot state?
pub trait AdmitsExpression {}
impl AdmitsExpression for NoPivot {}
impl<P> AdmitsExpression for Passed<P> where Expression: Fits<P> {}

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

/// Does `X` fit behind this pivot state?
pub trait Admits<X> {}
impl<X> Admits<X> for NoPivot {}
impl<X: MayFollow<P>, P> Admits<X> for Passed<P> {}

/// May two branches run side by side: the failure flag of each against the pivot of the other.
pub trait Beside<F> {}
impl<F> Beside<F> for NoPivot {}
impl<P, F: MayStandBeside<P>> Beside<F> for Passed<P> {}

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

/// The state after something with the failure flag `F2` and the pivot `Q2`.
type After<P, F, Q, F2, Q2> = Saga<<P as Pivot>::Then<Q2>, <F as Flag>::Or<F2>, <Q as Pivot>::Then<Q2>>;

impl Saga<NoPivot, No, NoPivot> {
    /// The beginning of a workflow.
    pub fn start() -> Self {
        Saga(PhantomData)
    }
}

impl<P: Pivot, F: Flag, Q: Pivot> Saga<P, F, Q> {
    fn at<P2, F2, Q2>(self) -> Saga<P2, F2, Q2> {
        Saga(PhantomData)
    }

    /// Awaits the step or workflow `X` with `?`. [`Probe::required`] says what follows from it.
    pub fn then<X>(self) -> Self
    where
        P: Admits<X>,
    {
        self
    }

    /// A node without a step that can fail, such as a pure expression with `?`.
    pub fn expression(self) -> After<P, F, Q, Yes, NoPivot>
    where
        P: AdmitsExpression,
    {
        self.at()
    }

    /// The beginning of a branch, an arm or a loop body at this place.
    pub fn fork(self) -> Saga<P, No, NoPivot> {
        self.at()
    }

    /// Joins an arm of a condition, one of several of which one runs.
    pub fn arm<P2: Pivot, F2: Flag, Q2: Pivot>(self, _: Saga<P2, F2, Q2>) -> After<P, F, Q, F2, Q2> {
        self.at()
    }

    /// Joins a branch of `parallel!`, which runs beside those joined before. Begin with a `fork()`, and join the
    /// sum with the place of the group by [`Saga::arm`].
    pub fn beside<P2: Pivot, F2: Flag, Q2: Pivot + Beside<F>>(self, _: Saga<P2, F2, Q2>) -> After<P, F, Q, F2, Q2>
    where
        Q: Beside<F2>,
    {
        self.at()
    }

    /// Joins the body of a loop.
    pub fn repeat<P2, F2: Flag, Q2: MayRepeat>(self, _: Saga<P2, F2, Q2>) -> After<P, F, Q, F2, NoPivot> {
        self.at()
    }

    /// Forgets that the group joined here can fail: its failure is handled.
    pub fn caught(self) -> Saga<P, No, Q> {
        self.at()
    }
}

/// Asks what awaiting `X` means, by method resolution: the first probe along the chain of `Deref`s whose bounds hold
/// answers. Inherent impls and `Deref` do this in generic code too, where an associated type would be too public.
#[derive(Debug)]
pub struct Probe<X>(Reverses<X>);
/// It has no pivot, and can fail.
#[derive(Debug)]
pub struct Reverses<X>(Advances<X>);
/// It has a pivot, and cannot fail.
#[derive(Debug)]
pub struct Advances<X>(Decides<X>);
/// It has a pivot, and can fail before.
#[derive(Debug)]
pub struct Decides<X>(PhantomData<X>);

impl<X> Default for Probe<X> {
    fn default() -> Self {
        Self(Reverses(Advances(Decides(PhantomData))))
    }
}
impl<X> Probe<X> {
    /// A probe of `X`.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}
impl<X> Deref for Probe<X> {
    type Target = Reverses<X>;
    fn deref(&self) -> &Reverses<X> {
        &self.0
    }
}
impl<X> Deref for Reverses<X> {
    type Target = Advances<X>;
    fn deref(&self) -> &Advances<X> {
        &self.0
    }
}
impl<X> Deref for Advances<X> {
    type Target = Decides<X>;
    fn deref(&self) -> &Decides<X> {
        &self.0
    }
}

macro_rules! answers {
    ($($probe:ident where [$($bound:tt)*]: fails $fails:ty, passes $pivot:ty;)+) => {$(
        impl<X> $probe<X>
        where
            $($bound)*
        {
            /// The state after `X` was awaited with `?`.
            pub fn required<P: Pivot, F: Flag, Q: Pivot>(&self, s: Saga<P, F, Q>) -> After<P, F, Q, $fails, $pivot> {
                s.at()
            }

            /// The state after `X` was awaited and its result handled.
            pub fn handled<P: Pivot, F: Flag, Q: Pivot>(&self, s: Saga<P, F, Q>) -> After<P, F, Q, No, $pivot> {
                s.at()
            }
        }
    )+};
}

answers! {
    Probe where [X: Reversible<()> + CannotFail<()>]: fails No, passes NoPivot;
    Reverses where [X: Reversible<()>]: fails Yes, passes NoPivot;
    Advances where [X: CannotFail<()>]: fails No, passes Passed<X>;
    Decides where []: fails Yes, passes Passed<X>;
}
