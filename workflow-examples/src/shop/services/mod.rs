//! The services of the shop, in process, with books of their own and with the faults of real ones.

mod carrier;
mod faults;
mod inventory;
mod payments;
mod taxes;

use super::domain::Money;

pub use carrier::{Carrier, Parcel, ParcelState};
pub use faults::Faults;
pub use inventory::{Inventory, StockBook};
pub use payments::{Account, Entry, PaymentGateway, SimulatedGateway};
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

    /// A few words for a table.
    #[must_use]
    pub fn cause(&self) -> &'static str {
        match self {
            Self::Unavailable(_) | Self::ConnectionLost(_) => "a service kept failing",
            Self::OutOfStock { .. } => "out of stock",
            Self::Declined(_) => "card declined",
            Self::NoTaxRules(_) => "country not served",
            Self::NotDelivered(_) => "address not served",
            Self::TooHeavy { .. } => "parcel too heavy",
            Self::Cancelled(_) | Self::Refused(_) => "refused",
        }
    }
}

/// The double entry that moves `amount` between two accounts.
fn transfer(key: &str, from: Account, to: Account, amount: Money) -> Entry {
    Entry { key: key.to_owned(), from, to, amount }
}
