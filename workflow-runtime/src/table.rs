//! A slab whose first entry lives in itself: most executions have one fiber and one scope.

use slab::Slab;

/// Values under numbers that are used again when they are free.
pub(crate) struct Table<T> {
    first: Option<T>,
    others: Option<Box<Slab<T>>>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { first: None, others: None }
    }
}

impl<T> Table<T> {
    #[inline]
    pub(crate) fn insert(&mut self, value: T) -> u32 {
        if self.first.is_none() {
            self.first = Some(value);
            return 0;
        }
        self.others.get_or_insert_default().insert(value) as u32 + 1
    }

    #[inline]
    pub(crate) fn get(&self, key: u32) -> Option<&T> {
        match key.checked_sub(1) {
            None => self.first.as_ref(),
            Some(other) => self.others.as_ref()?.get(other as usize),
        }
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, key: u32) -> Option<&mut T> {
        match key.checked_sub(1) {
            None => self.first.as_mut(),
            Some(other) => self.others.as_mut()?.get_mut(other as usize),
        }
    }

    pub(crate) fn try_remove(&mut self, key: u32) -> Option<T> {
        match key.checked_sub(1) {
            None => self.first.take(),
            Some(other) => self.others.as_mut()?.try_remove(other as usize),
        }
    }

    pub(crate) fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.others.as_ref().map_or(0, |others| others.len())
    }

    /// Makes room for so many more beside the first.
    pub(crate) fn reserve_exact(&mut self, count: usize) {
        self.others.get_or_insert_default().reserve_exact(count);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        let others = self.others.iter().flat_map(|others| others.iter());
        self.first.iter().map(|first| (0, first)).chain(others.map(|(key, value)| (key as u32 + 1, value)))
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn numbers_name_their_values_and_are_used_again() {
        let mut table = Table::default();
        let keys: Vec<_> = ["a", "b", "c"].into_iter().map(|value| table.insert(value)).collect();
        assert_eq!(keys, [0, 1, 2]);
        assert_eq!(table.try_remove(1), Some("b"));
        assert_eq!((table.get(0), table.get(1), table.get(2)), (Some(&"a"), None, Some(&"c")));
        assert_eq!(table.insert("d"), 1);
        assert_eq!(table.get_mut(1), Some(&mut "d"));
        assert_eq!(table.len(), 3);
    }
}
