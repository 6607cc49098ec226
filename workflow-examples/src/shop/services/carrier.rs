//! The carrier: labels, and parcels that cannot be called back once the van has left.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::super::domain::{Address, Shipment};
use super::super::world::{Operation, State, World};
use super::{Faults, ServiceError};

const HEAVIEST: u32 = 30_000;

/// The carrier, as the shop reaches it.
#[derive(Debug)]
pub struct Carrier {
    faults: Arc<Faults>,
    world: Arc<World>,
}

/// One parcel in the carrier's book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// Where it goes.
    pub country: String,
    /// What it weighs.
    pub grams: u32,
    /// Where it is.
    pub state: ParcelState,
}

/// Where a parcel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParcelState {
    /// It has a label.
    Labelled,
    /// Its label was cancelled.
    Cancelled,
    /// It has left.
    Dispatched,
}

impl Carrier {
    /// The carrier of this world.
    #[must_use]
    pub fn new(world: Arc<World>, faults: Arc<Faults>) -> Self {
        Self { faults, world }
    }

    /// Makes a label. The same key twice is one label.
    ///
    /// # Errors
    /// When the carrier does not take such a parcel, or does not answer.
    pub async fn label(&self, key: &str, address: &Address, grams: u32) -> Result<Shipment, ServiceError> {
        let label = || self.world.call(key, Label { address: address.clone(), grams });
        self.faults.call("the carrier", "label", key, label).await
    }

    /// Cancels the label that was made under `key`; one that is asked for later is refused.
    ///
    /// # Errors
    /// When the parcel has left, or the carrier does not answer.
    pub async fn cancel(&self, key: &str) -> Result<(), ServiceError> {
        self.faults.call("the carrier", "cancel", key, || self.world.call(key, Cancel {})).await
    }

    /// Hands the parcel to the van. Twice is once.
    ///
    /// # Errors
    /// When there is no such parcel, or the carrier does not answer.
    pub async fn dispatch(&self, tracking: &str) -> Result<(), ServiceError> {
        self.faults.call("the carrier", "dispatch", tracking, || self.world.call(tracking, Dispatch {})).await
    }
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Label {
    address: Address,
    grams: u32,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Cancel {}

#[derive(Serialize, Deserialize)]
pub(crate) struct Dispatch {}

impl Operation for Label {
    const NAME: &'static str = "label";
    type Answer = Shipment;

    fn apply(self, key: &str, state: &mut State) -> Result<Shipment, ServiceError> {
        label(&mut state.parcels, key, &self.address, self.grams)
    }
}

impl Operation for Cancel {
    const NAME: &'static str = "cancel";
    type Answer = ();

    fn apply(self, key: &str, state: &mut State) -> Result<(), ServiceError> {
        cancel(&mut state.parcels, key)
    }
}

impl Operation for Dispatch {
    const NAME: &'static str = "dispatch";
    type Answer = ();

    fn apply(self, key: &str, state: &mut State) -> Result<(), ServiceError> {
        dispatch(&mut state.parcels, key)
    }
}

fn label(
    parcels: &mut BTreeMap<String, Parcel>,
    key: &str,
    address: &Address,
    grams: u32,
) -> Result<Shipment, ServiceError> {
    let shipment = || Shipment { tracking: key.to_owned(), country: address.country.clone() };
    match parcels.get(key).map(|parcel| parcel.state) {
        Some(ParcelState::Cancelled) => return Err(ServiceError::Cancelled(key.to_owned())),
        Some(ParcelState::Labelled | ParcelState::Dispatched) => return Ok(shipment()),
        None => {}
    }
    if address.country == "AQ" || address.street.starts_with("PO Box") {
        return Err(ServiceError::NotDelivered(format!("{}, {}", address.street, address.city)));
    }
    if grams > HEAVIEST {
        return Err(ServiceError::TooHeavy { grams, limit: HEAVIEST });
    }
    parcels.insert(key.to_owned(), Parcel { country: address.country.clone(), grams, state: ParcelState::Labelled });
    Ok(shipment())
}

fn cancel(parcels: &mut BTreeMap<String, Parcel>, key: &str) -> Result<(), ServiceError> {
    let nothing = Parcel { country: String::new(), grams: 0, state: ParcelState::Cancelled };
    let parcel = parcels.entry(key.to_owned()).or_insert(nothing);
    if parcel.state == ParcelState::Dispatched {
        return Err(ServiceError::Refused(format!("parcel {key} has left")));
    }
    parcel.state = ParcelState::Cancelled;
    Ok(())
}

fn dispatch(parcels: &mut BTreeMap<String, Parcel>, key: &str) -> Result<(), ServiceError> {
    match parcels.get_mut(key) {
        Some(parcel) if parcel.state != ParcelState::Cancelled => {
            parcel.state = ParcelState::Dispatched;
            Ok(())
        }
        _ => Err(ServiceError::Refused(format!("there is no parcel {key}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(street: &str, country: &str) -> Address {
        Address { street: street.to_owned(), city: "Graz 8010".to_owned(), country: country.to_owned() }
    }

    #[test]
    fn a_label_is_made_once_and_a_parcel_that_has_left_stays_away() -> Result<(), ServiceError> {
        let mut parcels = BTreeMap::new();
        let first = label(&mut parcels, "k", &to("Hauptplatz 1", "AT"), 400)?;
        assert_eq!(label(&mut parcels, "k", &to("Hauptplatz 1", "AT"), 400)?, first);
        dispatch(&mut parcels, "k")?;
        dispatch(&mut parcels, "k")?;
        assert!(cancel(&mut parcels, "k").is_err());
        Ok(())
    }

    #[test]
    fn a_cancelled_label_is_not_made_afterwards() -> Result<(), ServiceError> {
        let mut parcels = BTreeMap::new();
        cancel(&mut parcels, "k")?;
        assert!(label(&mut parcels, "k", &to("Hauptplatz 1", "AT"), 400).is_err());
        assert!(dispatch(&mut parcels, "k").is_err());
        Ok(())
    }

    #[test]
    fn parcels_that_no_van_takes_are_refused() {
        let mut parcels = BTreeMap::new();
        assert!(label(&mut parcels, "a", &to("PO Box 3", "AT"), 400).is_err());
        assert!(label(&mut parcels, "b", &to("Building 155", "AQ"), 400).is_err());
        assert!(label(&mut parcels, "c", &to("Hauptplatz 1", "AT"), 30_001).is_err());
        assert!(parcels.is_empty());
    }
}
