//! Services: what steps borrow, and the containers that lend it.

/// A container that lends the service `T` to steps.
///
/// `#[derive(Services)]` implements it for each field of a struct; implement it by hand for a container that computes
/// where a service lives, such as one that holds a database transaction.
#[diagnostic::on_unimplemented(
    message = "the container `{Self}` does not provide the service `{T}`",
    label = "lacks the service `{T}`",
    note = "help: add a field of type `{T}` to `{Self}`, which derives `Services`; the step that borrows the service is named below"
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

/// The container of a graph that is only described, never run: it has no value, so it can promise every service.
#[derive(Debug)]
pub enum Blueprint {}

impl<T: ?Sized + 'static> Provide<T> for Blueprint {
    fn provide(&self) -> &T {
        match *self {}
    }
}
