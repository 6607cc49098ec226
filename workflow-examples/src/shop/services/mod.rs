//! The services as the shop reaches them: over connections that fail as real ones do. What they know is the [`World`](super::world::World).

pub(crate) mod carrier;
pub(crate) mod company;
mod faults;
pub(crate) mod inventory;
mod ledger;
pub(crate) mod payments;
pub(crate) mod supplier;
mod taxes;

pub use carrier::{Carrier, Parcel, ParcelState};
pub use company::Company;
pub use faults::Faults;
pub use inventory::{Inventory, StockBook};
pub use ledger::{Account, Entry, Ledger};
pub use payments::{PaymentGateway, SimulatedGateway};
pub use supplier::{Purchase, Supplier};
pub use taxes::TaxService;

/// Why a service did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServiceError {
    /// It could not be reached, and nothing happened.
    #[error("{0} is unavailable (503)")]
    Unavailable(&'static str),
    /// It did not answer; nobody can tell from here whether anything happened.
    #[error("the connection to {0} was lost")]
    ConnectionLost(&'static str),
    /// There is not enough of something.
    #[error("out of stock: {sku} (wanted {wanted}, {left} left)")]
    OutOfStock {
        /// Of what.
        sku: String,
        /// How many were wanted.
        wanted: u32,
        /// How many there are.
        left: u32,
    },
    /// The bank says no.
    #[error("the card was declined: {0}")]
    Declined(&'static str),
    /// We do not sell there.
    #[error("no tax rules for {0}")]
    NoTaxRules(String),
    /// No van goes there.
    #[error("the carrier does not deliver to {0}")]
    NotDelivered(String),
    /// No van carries that.
    #[error("the parcel weighs {grams} g, more than {limit} g")]
    TooHeavy {
        /// What it weighs.
        grams: u32,
        /// What a parcel may weigh.
        limit: u32,
    },
    /// The operation was cancelled under its idempotency key before it arrived.
    #[error("{0} was cancelled before")]
    Cancelled(String),
    /// It asks for something that cannot be: an unknown id, another amount, a parcel that has left.
    #[error("{0}")]
    Refused(String),
}

impl ServiceError {
    /// Whether asking again can help.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::ConnectionLost(_))
    }

    /// A few words for a table, from the text of an error.
    #[must_use]
    pub fn cause(text: &str) -> &'static str {
        let says = |part| text.contains(part);
        match () {
            () if says("out of stock") => "out of stock",
            () if says("the card was declined") => "card declined",
            () if says("no tax rules") => "country not served",
            () if says("does not deliver") => "address not served",
            () if says("the parcel weighs") => "parcel too heavy",
            () if says("unavailable (503)") || says("was lost") || says("timed out after") => "a service kept failing",
            () => "refused",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ServiceError;

    #[test]
    fn every_error_has_its_cause_in_its_text() {
        let sku = "MUG".to_owned();
        for (error, cause) in [
            (ServiceError::Unavailable("the bank"), "a service kept failing"),
            (ServiceError::ConnectionLost("the bank"), "a service kept failing"),
            (ServiceError::OutOfStock { sku, wanted: 2, left: 1 }, "out of stock"),
            (ServiceError::Declined("expired card"), "card declined"),
            (ServiceError::NoTaxRules("BR".to_owned()), "country not served"),
            (ServiceError::NotDelivered("PO Box 1".to_owned()), "address not served"),
            (ServiceError::TooHeavy { grams: 2, limit: 1 }, "parcel too heavy"),
            (ServiceError::Cancelled("k".to_owned()), "refused"),
            (ServiceError::Refused("no".to_owned()), "refused"),
        ] {
            assert_eq!(ServiceError::cause(&error.to_string()), cause);
        }
    }
}
