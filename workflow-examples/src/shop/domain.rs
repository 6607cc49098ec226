//! What the shop talks about: the data that flows along the graph.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Mul, Sub};

use serde::{Deserialize, Serialize};

/// An amount in euro cents. Integers, so that books can be checked to the cent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money(pub i64);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// This share of the amount, in hundredths of a percent, rounded half up.
    #[must_use]
    pub fn share(self, basis_points: i64) -> Self {
        Self((self.0 * basis_points + 5_000).div_euclid(10_000))
    }
}

impl Add for Money {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Money {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Mul<u32> for Money {
    type Output = Self;
    fn mul(self, times: u32) -> Self {
        Self(self.0 * i64::from(times))
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let text = format!("{sign}{}.{:02} EUR", self.0.abs() / 100, self.0.abs() % 100);
        f.pad(&text)
    }
}

/// So many pieces of one product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Which product.
    pub sku: String,
    /// How many pieces.
    pub quantity: u32,
}

/// Where a parcel goes, and which country's taxes are due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Street and number.
    pub street: String,
    /// City and post code.
    pub city: String,
    /// The country, as two letters.
    pub country: String,
}

/// The number of a payment card.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Card(pub String);

/// An order as a customer sends it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The order's number, which is also the id of its execution.
    pub id: String,
    /// Who orders.
    pub customer: String,
    /// What.
    pub lines: Vec<Line>,
    /// Where to.
    pub address: Address,
    /// Who pays.
    pub card: Card,
}

/// An order line with what the catalog says about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PricedLine {
    /// Which product.
    pub sku: String,
    /// How many pieces.
    pub quantity: u32,
    /// The price of all of them, without tax.
    pub price: Money,
    /// Which tax rate applies.
    pub tax: TaxClass,
}

/// Which tax rate applies to a product.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TaxClass {
    /// Most goods.
    #[default]
    Standard,
    /// Food and books.
    Reduced,
    /// Vouchers.
    Zero,
}

/// An order that has been checked and priced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PricedOrder {
    /// The order's number.
    pub id: String,
    /// What was ordered, with prices.
    pub lines: Vec<PricedLine>,
    /// Where to.
    pub address: Address,
    /// Who pays.
    pub card: Card,
    /// The sum of all lines, without tax.
    pub total: Money,
    /// The weight of what has to be shipped.
    pub weight_grams: u32,
    /// Whether there is anything to ship.
    pub needs_shipping: bool,
}

/// Stock that is set aside for one order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    /// What the inventory calls it.
    pub id: String,
    /// What is set aside.
    pub lines: Vec<Line>,
}

/// What an order owes the state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tax {
    /// Whose taxes.
    pub country: String,
    /// How much.
    pub amount: Money,
}

/// Money that a card holder's bank holds back for us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authorization {
    /// What the gateway calls it.
    pub id: String,
    /// How much.
    pub amount: Money,
}

/// Money that has been taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// The authorization that it was taken from.
    pub id: String,
    /// How much.
    pub amount: Money,
}

/// A parcel with a label, waiting for the van.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shipment {
    /// The carrier's number for it.
    pub tracking: String,
    /// Where it goes.
    pub country: String,
}

/// What the customer gets in the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The order's number.
    pub order: String,
    /// What was sold.
    pub stock: Reservation,
    /// What was paid.
    pub charge: Charge,
    /// How much of it is tax.
    pub tax: Tax,
    /// The parcel, unless everything was digital.
    pub shipment: Option<Shipment>,
}

/// The event that tells the rest of the company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderPlaced {
    /// The order's number.
    pub id: String,
    /// What was paid.
    pub paid: Money,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_rounded_half_up_and_printed_in_euros() {
        assert_eq!(Money(50).share(1_900), Money(10)); // 9.5 cents
        assert_eq!(Money(1_00).share(700), Money(7));
        assert_eq!(Money(-5).to_string(), "-0.05 EUR");
        assert_eq!([Money(1_99), Money(2)].into_iter().sum::<Money>().to_string(), "2.01 EUR");
    }
}
