//! What is in flight, by the machine's ids.

use crate::execute::OpId;

use super::flight::Flight;

/// Flights in the places that the machine gave them: its keys are small, and used again.
pub(super) struct Flights<C: 'static> {
    places: Vec<Option<(OpId, Flight<C>)>>,
    count: usize,
}

impl<C: 'static> Default for Flights<C> {
    fn default() -> Self {
        Self { places: Vec::new(), count: 0 }
    }
}

impl<C: 'static> Flights<C> {
    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (OpId, &Flight<C>)> {
        self.places.iter().flatten().map(|(id, flight)| (*id, flight))
    }

    pub(super) fn get(&self, id: OpId) -> Option<&Flight<C>> {
        let (found, flight) = self.places.get(place(id))?.as_ref()?;
        (*found == id).then_some(flight)
    }

    pub(super) fn get_mut(&mut self, id: OpId) -> Option<&mut Flight<C>> {
        let (found, flight) = self.places.get_mut(place(id))?.as_mut()?;
        (*found == id).then_some(flight)
    }

    pub(super) fn insert(&mut self, id: OpId, flight: Flight<C>) {
        let missing = (place(id) + 1).saturating_sub(self.places.len());
        if missing > 0 {
            // Most executions have one operation in flight, and room for one is what they get.
            if self.places.is_empty() {
                self.places.reserve_exact(missing);
            }
            self.places.extend((0..missing).map(|_| None));
        }
        if let Some(free) = self.places.get_mut(place(id)) {
            // The machine uses a key again only when it has done with the operation before.
            if free.replace((id, flight)).is_none() {
                self.count += 1;
            }
        }
    }

    pub(super) fn remove(&mut self, id: OpId) -> Option<Flight<C>> {
        let (_, flight) = self.places.get_mut(place(id))?.take_if(|(found, _)| *found == id)?;
        self.count -= 1;
        Some(flight)
    }
}

fn place(id: OpId) -> usize {
    id.key as usize
}
