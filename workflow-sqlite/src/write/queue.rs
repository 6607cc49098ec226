//! What waits to be written. It is taken all at once, and nobody is woken for less than is waited for.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A queue of which there is one taker.
#[derive(Debug)]
pub(super) struct Queue<T> {
    waiting: Mutex<Waiting<T>>,
    enough: Condvar,
}

#[derive(Debug)]
struct Waiting<T> {
    items: Vec<T>,
    /// The taker sleeps until there are so many; 0 while it does not.
    wanted: usize,
    closed: bool,
}

impl<T> Queue<T> {
    pub(super) fn new() -> Self {
        let waiting = Waiting { items: Vec::new(), wanted: 0, closed: false };
        Self { waiting: Mutex::new(waiting), enough: Condvar::new() }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting<T>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an item, unless nobody takes any more; says whether it did.
    pub(super) fn push(&self, item: T) -> bool {
        let mut waiting = self.waiting();
        if waiting.closed {
            return false;
        }
        waiting.items.push(item);
        let enough = waiting.items.len() == waiting.wanted;
        drop(waiting);
        if enough {
            self.enough.notify_one();
        }
        true
    }

    /// Takes no more items; those that are there can still be taken.
    pub(super) fn close(&self) {
        self.waiting().closed = true;
        self.enough.notify_one();
    }
}

/// The one who takes. When it goes, so does what is still in the queue.
#[derive(Debug)]
pub(super) struct Taker<T>(pub(super) Arc<Queue<T>>);

impl<T> Taker<T> {
    /// Waits for an item, and from then on for so long until `likely` are there; takes what is there, the first `most` of it.
    /// Nothing when the queue is closed and empty.
    pub(super) fn take(&self, likely: usize, most: usize, patience: Duration) -> Vec<T> {
        let likely = likely.clamp(1, most.max(1));
        let waiting = self.wait(self.0.waiting(), 1, None);
        let mut waiting = self.wait(waiting, likely, Some(patience));
        waiting.wanted = 0;
        if waiting.items.len() <= most {
            let room = Vec::with_capacity(waiting.items.len());
            std::mem::replace(&mut waiting.items, room)
        } else {
            waiting.items.drain(..most).collect()
        }
    }

    fn wait<'q>(
        &'q self,
        mut waiting: MutexGuard<'q, Waiting<T>>,
        wanted: usize,
        patience: Option<Duration>,
    ) -> MutexGuard<'q, Waiting<T>> {
        waiting.wanted = wanted;
        let too_few = |waiting: &mut Waiting<T>| waiting.items.len() < wanted && !waiting.closed;
        let enough = &self.0.enough;
        match patience {
            Some(patience) => {
                let woken = enough.wait_timeout_while(waiting, patience, too_few);
                woken.unwrap_or_else(PoisonError::into_inner).0
            }
            None => enough.wait_while(waiting, too_few).unwrap_or_else(PoisonError::into_inner),
        }
    }
}

impl<T> Drop for Taker<T> {
    fn drop(&mut self) {
        let mut waiting = self.0.waiting();
        waiting.closed = true;
        let left = std::mem::take(&mut waiting.items);
        drop(waiting);
        drop(left);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::{Queue, Taker};

    const LONG: Duration = Duration::from_secs(3_600);

    fn queue<T>() -> (Arc<Queue<T>>, Taker<T>) {
        let queue = Arc::new(Queue::new());
        (Arc::clone(&queue), Taker(queue))
    }

    #[test]
    fn what_is_there_is_taken_in_order_and_at_most_so_much() {
        let (queue, taker) = queue();
        assert!((1..=5).all(|item| queue.push(item)));
        assert_eq!(taker.take(1, 3, LONG), [1, 2, 3]);
        assert_eq!(taker.take(9, 3, Duration::ZERO), [4, 5], "those who are likely did not come");
        assert!(queue.push(6));
        queue.close();
        assert!(!queue.push(7));
        assert_eq!(taker.take(9, 9, LONG), [6], "nobody else can come");
        assert!(taker.take(1, 1, LONG).is_empty());
    }

    #[test]
    fn the_taker_sleeps_until_enough_have_come() {
        let (queue, taker) = queue();
        let taken = std::thread::spawn(move || [taker.take(3, 9, LONG), taker.take(1, 9, Duration::ZERO)]);
        assert!((1..=3).all(|item| queue.push(item)));
        while !queue.waiting().items.is_empty() {
            std::thread::yield_now();
        }
        assert!(queue.push(4));
        assert_eq!(taken.join().ok(), Some([vec![1, 2, 3], vec![4]]));
    }

    #[test]
    fn nothing_is_kept_for_a_taker_that_is_gone() {
        let (queue, taker) = queue();
        let item = Arc::new(());
        assert!(queue.push(Arc::clone(&item)));
        drop(taker);
        assert_eq!(Arc::strong_count(&item), 1);
        assert!(!queue.push(item));
    }
}
