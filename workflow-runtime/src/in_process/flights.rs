//! The operations in flight of one run.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::stream::{FuturesUnordered, Stream};

use crate::execute::{Event, OpId};
use crate::step::{BoxFuture, Returned};

use super::attempts::poll_contained;

/// Something in flight.
pub(crate) enum Flight<'a> {
    /// The only attempt of a step.
    Once(OpId, BoxFuture<'a, Returned>),
    /// Anything else, which knows its own event.
    Other(BoxFuture<'a, Event>),
}

impl Future for Flight<'_> {
    type Output = Event;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Event> {
        match self.get_mut() {
            Self::Once(id, call) => match poll_contained(call, cx) {
                Some(returned) => Poll::Ready(Event::Settled { id: *id, attempts: 1, returned }),
                None => Poll::Pending,
            },
            Self::Other(flight) => flight.as_mut().poll(cx),
        }
    }
}

/// Up to this many are polled together: so few cost less than the bookkeeping about who was woken.
const FEW: usize = 24;

/// All of them.
pub(crate) enum Flights<'a> {
    Few(Vec<Flight<'a>>),
    Many(Box<FuturesUnordered<Flight<'a>>>),
}

impl<'a> Flights<'a> {
    pub(crate) fn new() -> Self {
        Self::Few(Vec::new())
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Few(few) => few.is_empty(),
            Self::Many(many) => many.is_empty(),
        }
    }

    /// Makes room for so many more, and for no more than that: many executions with a few each add up.
    pub(crate) fn expect(&mut self, more: usize) {
        match self {
            Self::Few(few) if few.len() + more <= FEW => few.reserve_exact(more),
            Self::Few(_) | Self::Many(_) => {}
        }
    }

    pub(crate) fn push(&mut self, flight: Flight<'a>) {
        match self {
            Self::Few(few) if few.len() < FEW => few.push(flight),
            Self::Few(few) => {
                let many: FuturesUnordered<_> = few.drain(..).collect();
                many.push(flight);
                *self = Self::Many(Box::new(many));
            }
            Self::Many(many) => many.push(flight),
        }
    }

    /// The next event of one of them.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Event> {
        match self {
            Self::Few(few) => {
                for place in 0..few.len() {
                    if let Some(flight) = few.get_mut(place)
                        && let Poll::Ready(event) = Pin::new(flight).poll(cx)
                    {
                        // In the order in which they began, also from here on.
                        drop(few.remove(place));
                        return Poll::Ready(event);
                    }
                }
                Poll::Pending
            }
            Self::Many(many) => match Pin::new(&mut **many).poll_next(cx) {
                Poll::Ready(Some(event)) => Poll::Ready(event),
                Poll::Ready(None) => {
                    *self = Self::new();
                    Poll::Pending
                }
                Poll::Pending => Poll::Pending,
            },
        }
    }
}
