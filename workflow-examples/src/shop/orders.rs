//! Reading orders from JSON Lines: good lines become orders, bad ones are reported with their line number.

use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;
use serde_json::error::Category;

use super::catalog::Catalog;
use super::domain::{Address, Card, Line, Order};

/// A line that is no order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// Its number, counted from 1.
    pub number: usize,
    /// What is wrong with it.
    pub reason: Reason,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// It cannot be parsed.
    #[error("not JSON: {0}")]
    NotJson(String),
    /// It is JSON, but a field is missing or has another type.
    #[error("not an order: {0}")]
    NotAnOrder(String),
    /// It orders nothing.
    #[error("an order without lines")]
    Empty,
    /// It orders less than one piece.
    #[error("the quantity of {sku} is {}: {quantity}", if *.quantity < 0 { "negative" } else { "zero" })]
    TooFew {
        /// Of what.
        sku: String,
        /// How many.
        quantity: i64,
    },
    /// It orders more than anybody could count.
    #[error("the quantity of {sku} is too large: {quantity}")]
    TooMany {
        /// Of what.
        sku: String,
        /// How many.
        quantity: i64,
    },
    /// It orders what the shop does not sell.
    #[error("unknown product {0}")]
    UnknownProduct(String),
    /// There was an order of that number before.
    #[error("there is an order {0} already")]
    Repeated(String),
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.number, self.reason)
    }
}

/// An order before its quantities are known to make sense.
#[derive(Deserialize)]
struct RawOrder {
    id: String,
    customer: String,
    lines: Vec<RawLine>,
    address: Address,
    card: Card,
}

#[derive(Deserialize)]
struct RawLine {
    sku: String,
    quantity: i64,
}

/// Reads all lines; blank ones are skipped.
#[must_use]
pub fn read(text: &str, catalog: &Catalog) -> (Vec<Order>, Vec<BadLine>) {
    let (mut orders, mut bad) = (Vec::new(), Vec::new());
    let mut seen = BTreeSet::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let order = parse(line, catalog)
            .and_then(|order| if seen.insert(order.id.clone()) { Ok(order) } else { Err(Reason::Repeated(order.id)) });
        match order {
            Ok(order) => orders.push(order),
            Err(reason) => bad.push(BadLine { number: index + 1, reason }),
        }
    }
    (orders, bad)
}

fn parse(line: &str, catalog: &Catalog) -> Result<Order, Reason> {
    let raw: RawOrder = serde_json::from_str(line).map_err(|error| {
        let text = without_line(&error);
        match error.classify() {
            Category::Data => Reason::NotAnOrder(text),
            _ => Reason::NotJson(text),
        }
    })?;
    if raw.lines.is_empty() {
        return Err(Reason::Empty);
    }
    let lines = raw.lines.into_iter().map(|line| checked(line, catalog)).collect::<Result<_, _>>()?;
    Ok(Order { id: raw.id, customer: raw.customer, lines, address: raw.address, card: raw.card })
}

fn checked(RawLine { sku, quantity }: RawLine, catalog: &Catalog) -> Result<Line, Reason> {
    if catalog.get(&sku).is_none() {
        return Err(Reason::UnknownProduct(sku));
    }
    match u32::try_from(quantity) {
        Ok(0) => Err(Reason::TooFew { sku, quantity }),
        Ok(quantity) if quantity <= 10_000 => Ok(Line { sku, quantity }),
        Err(_) if quantity < 0 => Err(Reason::TooFew { sku, quantity }),
        _ => Err(Reason::TooMany { sku, quantity }),
    }
}

/// serde_json counts lines within what it was given, which is always line 1: only the column helps.
fn without_line(error: &serde_json::Error) -> String {
    error.to_string().replace(" at line 1 column ", " at column ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(line: &str) -> String {
        let catalog = Catalog::from_json(r#"[{"sku":"MUG","name":"mug","price":100,"stock":3}]"#);
        let (orders, bad) = read(line, &catalog.unwrap_or_default());
        assert_eq!((orders.len(), bad.len()), (0, 1));
        bad.first().map(ToString::to_string).unwrap_or_default()
    }

    fn order(lines: &str) -> String {
        let address = r#"{"street":"Mill Lane 3","city":"Cork","country":"IE"}"#;
        format!(r#"{{"id":"o-1","customer":"Aoife","lines":{lines},"address":{address},"card":"4242"}}"#)
    }

    #[test]
    fn every_bad_line_says_where_and_why() {
        assert_eq!(reason("\nhello"), "line 2: not JSON: expected value at column 1");
        assert_eq!(reason(r#"{"id":"o-1"#), "line 1: not JSON: EOF while parsing a string at column 10");
        assert_eq!(reason(r#"{"id":"o-1"}"#), "line 1: not an order: missing field `customer` at column 12");
        assert_eq!(reason(&order("[]")), "line 1: an order without lines");
        assert_eq!(reason(&order(r#"[{"sku":"MUG","quantity":-2}]"#)), "line 1: the quantity of MUG is negative: -2");
        assert_eq!(reason(&order(r#"[{"sku":"MUG","quantity":0}]"#)), "line 1: the quantity of MUG is zero: 0");
        assert_eq!(
            reason(&order(r#"[{"sku":"MUG","quantity":5000000000}]"#)),
            "line 1: the quantity of MUG is too large: 5000000000"
        );
        assert_eq!(reason(&order(r#"[{"sku":"CUP","quantity":1}]"#)), "line 1: unknown product CUP");
    }

    #[test]
    fn the_second_order_of_one_number_is_refused() {
        let catalog = Catalog::from_json(r#"[{"sku":"MUG","name":"mug","price":100,"stock":3}]"#).unwrap_or_default();
        let line = order(r#"[{"sku":"MUG","quantity":1}]"#);
        let (orders, bad) = read(&format!("{line}\n{line}\n"), &catalog);
        assert_eq!(orders.len(), 1);
        assert_eq!(bad, [BadLine { number: 2, reason: Reason::Repeated("o-1".to_owned()) }]);
    }
}
