//! Services: what steps borrow, and the containers that lend it.

use std::sync::Arc;

/// A container that lends the service `T` to steps.
///
/// `#[derive(Services)]` implements it for each field of a struct; implement it by hand for a container that computes
/// where a service lives, such as one that holds a database transaction.
#[diagnostic::on_unimplemented(
    message = "the container `{Self}` does not provide the service `{T}`",
    label = "lacks the service `{T}`",
    note = "help: add a field of type `{T}` to `{Self}`, which derives `Services`; the step that borrows the service is named below",
    note = "help: if `{T}` is data and no service, the step takes it without `&`"
)]
pub trait Provide<T: ?Sized + 'static> {
    /// Lends the service.
    fn provide(&self) -> &T;
}

/// What can carry services for a run: anything that is `Send + Sync + 'static`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a container of services",
    label = "a container is `Send + Sync + 'static`, because steps may run on any thread"
)]
pub trait Container: Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<C: Send + Sync + 'static> Container for C {}

/// A container that may be handed over by value, as to [`spawn`](crate::Invocation::spawn). `#[derive(Services)]`
/// implements it; a container without it is handed over in an `Arc`.
///
/// It exists so that both an `App` and an `Arc<App>` can be handed over, and that rustc knows which of them is the
/// container: an `Arc` never implements it.
pub trait Services {}

impl Services for () {}

/// What can be handed over as a shared container `C`: an `Arc<C>`, or a `C` that derives [`Services`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be handed over as a container of services",
    label = "is neither an `Arc` nor derives `Services`",
    note = "help: hand over an `Arc` of it, or put `#[derive(Services)]` on it"
)]
pub trait IntoShared<C> {
    /// The shared container.
    fn into_shared(self) -> Arc<C>;
}

impl<C> IntoShared<C> for Arc<C> {
    fn into_shared(self) -> Arc<C> {
        self
    }
}

impl<C: Services> IntoShared<C> for C {
    fn into_shared(self) -> Arc<C> {
        Arc::new(self)
    }
}

/// The container of a graph that is only described, never run: it has no value, so it can promise every service.
#[derive(Debug)]
pub enum Blueprint {}

impl<T: ?Sized + 'static> Provide<T> for Blueprint {
    fn provide(&self) -> &T {
        match *self {}
    }
}
