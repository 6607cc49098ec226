//! Shapes of types of all kinds.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::shape_of;
use crate::shape::Shape;

fn plain(name: &str) -> Shape {
    Shape::Plain(name.to_owned())
}

fn parts<const N: usize>(parts: [(&str, Shape); N]) -> BTreeMap<String, Shape> {
    parts.into_iter().map(|(name, shape)| (name.to_owned(), shape)).collect()
}

#[derive(Serialize, Deserialize)]
struct Line {
    sku: String,
    count: NonZeroU32,
}

#[derive(Serialize, Deserialize)]
enum Payment {
    Cash,
    Card { number: String, until: (u16, u8) },
    Split(Vec<Payment>),
    Voucher(Kind, Line),
}

#[derive(Serialize, Deserialize)]
enum Kind {
    Gift,
    Refund(Option<u64>),
}

#[test]
fn every_variant_and_what_is_in_it() {
    let line = Shape::Struct(parts([("sku", plain("string")), ("count", plain("u32"))]));
    let kind = Shape::Enum(parts([("Gift", plain("nothing")), ("Refund", Shape::Option(Box::new(plain("u64"))))]));
    let card = parts([("number", plain("string")), ("until", Shape::Tuple(vec![plain("u16"), plain("u8")]))]);
    let payment = Shape::Enum(parts([
        ("Cash", plain("nothing")),
        ("Card", Shape::Struct(card)),
        ("Split", Shape::List(Box::new(Shape::Again("Payment".to_owned())))),
        ("Voucher", Shape::Tuple(vec![kind, line])),
    ]));
    assert_eq!(shape_of::<Payment>(), payment);
    let map = Shape::Map(Box::new(plain("string")), Box::new(plain("f64")));
    assert_eq!(shape_of::<BTreeMap<String, f64>>(), map);
}

#[test]
fn what_is_parsed_is_given_something_that_parses() {
    assert_eq!(shape_of::<std::net::IpAddr>(), plain("string"));
    let both = Shape::Tuple(vec![plain("string"), plain("bool")]);
    assert_eq!(shape_of::<(std::net::SocketAddr, bool)>(), both);
}

#[derive(Serialize, Deserialize)]
enum Sum {
    Add(Box<Sum>, Box<Sum>),
    Number(i32),
}

#[test]
fn a_type_that_contains_itself_ends() {
    let again = || Shape::Again("Sum".to_owned());
    let expected = Shape::Enum(parts([("Add", Shape::Tuple(vec![again(), again()])), ("Number", plain("i32"))]));
    assert_eq!(shape_of::<Sum>(), expected);
}

#[derive(Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
#[derive(Clone)]
struct Picky(u32);

impl TryFrom<u32> for Picky {
    type Error = String;
    fn try_from(value: u32) -> Result<Self, String> {
        if value == 77 { Ok(Self(value)) } else { Err("only 77 will do".to_owned()) }
    }
}

impl From<Picky> for u32 {
    fn from(picky: Picky) -> Self {
        picky.0
    }
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Tagged {
    One { a: u8 },
}

#[test]
fn where_it_is_impossible_it_says_so() {
    assert_eq!(shape_of::<Picky>(), Shape::Untraced("only 77 will do".to_owned()));
    assert!(shape_of::<Tagged>().untraced().is_some());
    let value = shape_of::<(u8, serde_json::Value)>();
    assert!(matches!(&value, Shape::Tuple(parts) if parts.first() == Some(&plain("u8"))), "{value:?}");
    assert!(value.untraced().is_some_and(|why| why.contains("any value")), "{value:?}");
}
