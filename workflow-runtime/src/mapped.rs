//! A future whose value goes through a function.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

pin_project! {
    /// Like `FutureExt::map`, without room for having ended: there is one in every step and every run, and nobody polls
    /// those again.
    pub(crate) struct Mapped<F, M> {
        #[pin]
        future: F,
        map: M,
    }
}

/// `map` of what `future` gives.
#[inline]
pub(crate) fn mapped<F: Future, M: Fn(F::Output) -> T, T>(future: F, map: M) -> Mapped<F, M> {
    Mapped { future, map }
}

impl<F: Future, M: Fn(F::Output) -> T, T> Future for Mapped<F, M> {
    type Output = T;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let this = self.project();
        this.future.poll(cx).map(this.map)
    }
}
