//! The attempts that run now.

use std::task::{Context, Poll};

use futures_util::stream::{FuturesUnordered, StreamExt};

use crate::step::BoxFuture;

/// Futures of which the next to end is wanted. One alone, the usual case, needs no list.
pub(super) struct Running<'a, T> {
    one: Option<BoxFuture<'a, T>>,
    more: Option<FuturesUnordered<BoxFuture<'a, T>>>,
}

impl<T> Default for Running<'_, T> {
    fn default() -> Self {
        Self { one: None, more: None }
    }
}

impl<'a, T> Running<'a, T> {
    pub(super) fn is_empty(&self) -> bool {
        self.one.is_none() && self.more.as_ref().is_none_or(FuturesUnordered::is_empty)
    }

    pub(super) fn push(&mut self, future: BoxFuture<'a, T>) {
        if self.is_empty() {
            self.one = Some(future);
        } else {
            let more = self.more.get_or_insert_default();
            more.extend(self.one.take());
            more.push(future);
        }
    }

    /// The next that ends; pending while none runs.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<T> {
        if let Some(one) = &mut self.one {
            let ended = one.as_mut().poll(cx);
            if ended.is_ready() {
                self.one = None;
            }
            return ended;
        }
        match self.more.as_mut().map(|more| more.poll_next_unpin(cx)) {
            Some(Poll::Ready(Some(ended))) => Poll::Ready(ended),
            _ => Poll::Pending,
        }
    }
}
