//! The fibers that are about to run. Most of the time there is none, or one, which needs no room of its own.

use std::collections::VecDeque;

use super::fiber::FiberId;

/// A queue.
#[derive(Default)]
pub(super) struct Ready {
    first: Option<FiberId>,
    /// Those behind the first: none where there is no first.
    #[expect(clippy::box_collection, reason = "most have none, and room for its pointer is enough")]
    others: Option<Box<VecDeque<FiberId>>>,
}

impl Ready {
    #[inline]
    pub(super) fn push_back(&mut self, fiber: FiberId) {
        match self.first {
            None => self.first = Some(fiber),
            Some(_) => self.others.get_or_insert_default().push_back(fiber),
        }
    }

    pub(super) fn push_front(&mut self, fiber: FiberId) {
        if let Some(second) = self.first.replace(fiber) {
            self.others.get_or_insert_default().push_front(second);
        }
    }

    /// Puts those of another queue behind its own.
    pub(super) fn append(&mut self, mut behind: Self) {
        while let Some(fiber) = behind.pop_front() {
            self.push_back(fiber);
        }
    }

    #[inline]
    pub(super) fn pop_front(&mut self) -> Option<FiberId> {
        let next = self.others.as_mut().and_then(|others| others.pop_front());
        std::mem::replace(&mut self.first, next)
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    pub(super) fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.others.as_ref().map_or(0, |others| others.len())
    }

    /// Makes room for so many more.
    pub(super) fn reserve(&mut self, count: usize) {
        if count > 1 {
            self.others.get_or_insert_default().reserve(count - 1);
        }
    }

    /// Gives back the room of a queue that is empty.
    pub(super) fn rest(&mut self) {
        if self.others.is_some() && self.is_empty() {
            self.others = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Ready;

    #[test]
    fn fibers_run_in_their_order() {
        let (mut ready, mut behind) = (Ready::default(), Ready::default());
        [2, 3].into_iter().for_each(|fiber| ready.push_back(fiber));
        [4, 5].into_iter().for_each(|fiber| behind.push_back(fiber));
        ready.push_front(1);
        ready.append(behind);
        assert_eq!(ready.len(), 5);
        let order: Vec<_> = std::iter::from_fn(|| ready.pop_front()).collect();
        assert_eq!(order, [1, 2, 3, 4, 5]);
        assert!(ready.is_empty());
    }
}
